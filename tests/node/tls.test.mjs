// TLS: the certificate authorities that a client trusts.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { caught, clientFor, SMS, thrown } from './examples.mjs'
import { Sandbox } from './sandbox.mjs'
import { APIConnectionError, ConfigError, Zexa } from './zexa.mjs'

const TLS = { state: { tls: true } }

test('caFile is trusted', async (t) => {
  const { server, client } = await clientFor(t, { http2: true }, TLS)
  assert.match(server.url, /^https:/)
  assert.equal((await client.messages.send(SMS)).status, 'queued')
  assert.equal((await server.requests())[0].http_version, '2')
})

test('the certificate of a sandbox with TLS is trusted by its CA file', async (t) => {
  const sandbox = await Sandbox.start('--tls')
  t.after(() => sandbox.end())
  assert.equal((await new Zexa(sandbox.server.options).credits.get()).credits, 4250)
})

test('other authorities are not trusted', async (t) => {
  const { server } = await clientFor(t, {}, TLS)
  const { caFile, ...options } = server.options
  const error = await caught(new Zexa({ ...options, maxRetries: 0 }).messages.send(SMS))
  assert.deepEqual([error.constructor, error.outcome], [APIConnectionError, 'not_sent'])
  assert.equal(error.cause.code, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')
  assert.match(error.message, /certificate.*issuer.*`caFile`$/)
  assert.deepEqual(await server.requests(), [])
  const other = await clientFor(t, {}, TLS)
  if (readFileSync(caFile, 'utf8') === readFileSync(other.server.caFile, 'utf8')) return
  const elsewhere = new Zexa({ ...options, caFile: other.server.caFile, maxRetries: 0 })
  assert.equal((await caught(elsewhere.credits.get())).constructor, APIConnectionError)
})

test('a client certificate', async (t) => {
  const state = { tls: true, require_client_certificate: true }
  const { server, client } = await clientFor(t, { maxRetries: 0 }, { state })
  const error = await caught(client.messages.send(SMS))
  assert.deepEqual([error.constructor, error.outcome, error.cause.code], [APIConnectionError, 'not_sent', 'EPROTO'])
  assert.match(error.message, /requires a client certificate: set `clientCertFile` and `clientKeyFile`$/)
  const { clientCertFile, clientKeyFile } = server
  const authenticated = new Zexa({ ...server.options, clientCertFile, clientKeyFile })
  assert.equal((await authenticated.messages.send(SMS)).status, 'queued')
  assert.deepEqual(
    (await server.requests()).map((request) => request.client_certificate),
    ['zexa-sandbox-client'],
  )
})

test('a server without TLS is reported', async (t) => {
  const { server } = await clientFor(t)
  const options = { ...server.options, baseUrl: server.url.replace('http:', 'https:'), maxRetries: 0 }
  const { outcome, cause } = await caught(new Zexa(options).messages.send(SMS))
  assert.deepEqual([outcome, cause.code], ['not_sent', 'EPROTO'])
})

test('a file without certificates is rejected', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zexa-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const texts = ['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']
  for (const [index, text] of texts.entries()) {
    const caFile = join(folder, `${index}.pem`)
    writeFileSync(caFile, text)
    const error = thrown(() => new Zexa({ apiKey: 'k', caFile }))
    assert.equal(error.constructor, ConfigError)
    assert.match(error.message, /^`caFile` /)
  }
  assert.equal(thrown(() => new Zexa({ apiKey: 'k', caFile: folder })).constructor, ConfigError)
})
