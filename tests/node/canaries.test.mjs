// Secrets that occur nowhere but in the request to the API: neither in logs and errors, nor in what is printed, ledgers, redirects and proxies.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { caught, thrown } from './examples.mjs'
import { pathFor } from './ledgers.mjs'
import { ROOT, serverFor } from './sandbox.mjs'
import { Zexa } from './zexa.mjs'

// Shared with the tests of other languages.
const CANARIES = JSON.parse(readFileSync(`${ROOT}tests/canaries.json`, 'utf8'))
const { key: KEY, password: PASSWORD, ledger_secret: LEDGER_SECRET, body: BODY, number: NUMBER, name: NAME } = CANARIES
/** What nobody may see, in any form. */
const SECRETS = [KEY, PASSWORD, LEDGER_SECRET]
/** What errors and logs do not contain. A message that is printed has all its fields, as any object in JavaScript. */
const PRIVATE = [...SECRETS, BODY, NUMBER, NUMBER.slice(1), NAME]
const MESSAGE = { channel: 'sms', to: NUMBER, from: 'ZEXA', body: BODY }

/** What the server answers, with the key in all forms. */
const FAULTS = {
  ...Object.fromEntries(CANARIES.statuses.map((status) => [`status ${status}`, { status, body: CANARIES.error }])),
  ...CANARIES.faults,
}

function assertNothing(text, secrets = PRIVATE) {
  const found = secrets.filter((secret) => text.includes(secret))
  assert.deepEqual(found, [], text)
}

/** All that a program may print of a value. */
function everything(value) {
  const parts = [inspect(value, { depth: 10 }), format('%s', value), String(value?.stack)]
  if (value instanceof Error) parts.push(JSON.stringify([value.message, value.code, value.requestId, value]))
  return parts.join(' ')
}

/** A logger that stores all that it is given. */
function keeper() {
  const lines = []
  const keep = (...parts) => lines.push(inspect(parts, { depth: 10 }))
  return { lines, debug: keep, info: keep, warn: keep, error: keep }
}

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`a call: ${name}`, async (t) => {
    const faults = [{ method: 'POST', path: '/messages', times: 0, ...fault }]
    const server = await serverFor(t, { state: { api_key: KEY }, faults })
    const ledger = pathFor(t)
    const folder = dirname(ledger)
    const logger = keeper()
    const options = { ...server.options, apiKey: KEY, maxRetries: 0, ledgerSecret: LEDGER_SECRET, logger }
    const client = new Zexa({ ...options, ledger, timeout: name === 'timeout' ? 200 : 30_000 })
    assertNothing(everything(client) + everything(client.messages) + JSON.stringify(client))
    const seen = []
    for (const idempotencyKey of [undefined, 'order-1']) {
      seen.push(await client.messages.send({ ...MESSAGE, idempotencyKey }).catch((error) => error))
    }
    if (CANARIES.rows_end_after.includes(name)) {
      for await (const result of client.messages.sendMany([{ ...MESSAGE, idempotencyKey: 'order-2' }])) {
        assertNothing(everything(result), SECRETS)
        seen.push(result.error ?? result.message)
      }
    }
    for (const value of seen) {
      if (value instanceof Error) {
        assertNothing(everything(value))
        // Details may contain what the server has said about the request, but not the key.
        assertNothing(inspect(value.details, { depth: 10 }) + JSON.stringify(structuredClone(value)), SECRETS)
      } else {
        assertNothing(everything(value) + JSON.stringify(value), SECRETS)
        assert.match(value.id, /\*\*\*/)
      }
    }
    assert.ok(logger.lines.length > 0)
    assertNothing(logger.lines.join(' '))
    client.close()
    for (const file of readdirSync(folder)) assertNothing(readFileSync(`${folder}/${file}`, 'latin1'))
    // The API itself has received them.
    for (const { headers } of await server.requests(1)) assert.equal(headers.authorization, `Bearer ${KEY}`)
  })
}

test('parameters', async (t) => {
  const server = await serverFor(t, { state: { api_key: KEY } })
  const client = new Zexa({ ...server.options, apiKey: KEY })
  const contact = { name: NAME, phone: NUMBER, email: 'canary@canary.example' }
  await client.contacts.create(contact)
  assertNothing(everything(await caught(client.contacts.create(contact))))
  for (const wrong of [{ to: `${NUMBER}x` }, { channel: '' }, { body: 7, to: NUMBER }]) {
    assertNothing(everything(await caught(client.messages.send({ ...MESSAGE, ...wrong }))))
  }
})

for (const wrong of [
  { apiKey: `${KEY}\n` },
  { proxy: `ftp://user:${PASSWORD}@127.0.0.1` },
  { defaultHeaders: { 'x-token': `${PASSWORD}\n` } },
  { ledgerSecret: [LEDGER_SECRET] },
]) {
  test(`an invalid option: ${Object.keys(wrong)}`, () => {
    const error = thrown(() => new Zexa({ apiKey: KEY, ...wrong }))
    assertNothing(everything(error) + inspect(error.details))
  })
}

const REFUSAL = `HTTP/1.1 407 No ${PASSWORD}\r\nProxy-Authenticate: Basic realm=${PASSWORD}\r\nContent-Length: 20\r\n\r\n${PASSWORD}`

for (const [name, scheme, answer, baseUrl] of [
  ['tunnel', 'http', REFUSAL, 'https://api.invalid/v1'],
  ['forward', 'http', REFUSAL, 'http://127.0.0.1:9/v1'],
  ['socks', 'socks5h', '\x05\x02', 'https://api.invalid/v1'],
]) {
  test(`a proxy: ${name}`, async (t) => {
    const received = []
    const proxy = createServer((connection) => {
      connection.on('error', () => {})
      connection.on('data', (data) => {
        received.push(data.toString('latin1'))
        connection.write(answer, 'latin1')
      })
    })
    await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening))
    t.after(() => proxy.close())
    const logger = keeper()
    const url = `${scheme}://user:${PASSWORD}@127.0.0.1:${proxy.address().port}`
    const client = new Zexa({ apiKey: KEY, baseUrl, proxy: url, maxRetries: 0, logger })
    t.after(() => client.close())
    const error = await caught(client.messages.send(MESSAGE))
    assertNothing(everything(error) + everything(client) + inspect(error.details) + logger.lines.join(' '), SECRETS)
    // A proxy that forwards `http://` is a part of the way to the API. The others see neither the key nor the message.
    if (name !== 'forward') assertNothing(received.join(''), [KEY, BODY, NUMBER])
    assert.ok(received.length > 0)
  })
}

test('a redirect to another host', async (t) => {
  const other = await serverFor(t)
  const headers = { Location: `${other.url}/messages` }
  for (const status of [301, 302, 303, 307, 308]) {
    const server = await serverFor(t, { faults: [{ status, text: '', headers }] })
    const client = new Zexa({ ...server.options, maxRetries: 0 })
    await caught(client.messages.send(MESSAGE))
    client.close()
  }
  assert.equal((await other.state()).connections, 0)
})
