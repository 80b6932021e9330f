// Environment variables: read once, from the `process.env` of the realm that creates the client, such as a worker thread or a test runner.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { caught, SMS, thrown } from './examples.mjs'
import { serverFor } from './sandbox.mjs'
import { ConfigError, Zexa } from './zexa.mjs'

/** Options with a host that is not this machine, so that proxies apply. */
const ELSEWHERE = { baseUrl: 'http://zexa.test/v1', allowHttp: true, maxRetries: 0 }
/** A proxy and certificate authorities with which every call fails. */
const WRONG = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  ALL_PROXY: 'http://127.0.0.1:9',
  SSL_CERT_FILE: '/no/such/file.pem',
}

/** Sets environment variables of the process, which C and Rust read. */
function setOfProcess(t, variables) {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  Object.assign(process.env, variables)
  t.after(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
}

/** Replaces `process.env`, as Jest does. */
function replace(t, variables) {
  const { env } = process
  process.env = variables
  t.after(() => {
    process.env = env
  })
}

/** The sandbox is also a proxy for plain HTTP. */
function proxyOf(server) {
  return server.url.slice(0, -'/v1'.length)
}

test('a proxy', async (t) => {
  const server = await serverFor(t)
  setOfProcess(t, WRONG)
  replace(t, { ZEXA_API_KEY: server.apiKey, HTTP_PROXY: proxyOf(server) })
  assert.equal((await new Zexa(ELSEWHERE).messages.send(SMS)).status, 'queued')
})

test('no proxy, although the process environment has one', async (t) => {
  const server = await serverFor(t)
  setOfProcess(t, { HTTP_PROXY: proxyOf(server), http_proxy: proxyOf(server) })
  const options = { ...ELSEWHERE, apiKey: server.apiKey }
  assert.equal((await new Zexa(options).credits.get()).credits, 4250)
  for (const variables of [{}, { HTTP_PROXY: proxyOf(server), NO_PROXY: 'zexa.test' }, { HTTP_PROXY: undefined }]) {
    replace(t, variables)
    assert.equal((await caught(new Zexa(options).credits.get())).kind, 'connect')
  }
  assert.equal((await server.requests()).length, 1)
})

test('SSL_CERT_FILE', async (t) => {
  const { url, apiKey, caFile } = await serverFor(t, { state: { tls: true } })
  setOfProcess(t, WRONG)
  replace(t, { ZEXA_API_KEY: apiKey, ZEXA_BASE_URL: url, SSL_CERT_FILE: caFile })
  assert.equal((await new Zexa().credits.get()).credits, 4250)
  replace(t, { ZEXA_API_KEY: apiKey, ZEXA_BASE_URL: url, SSL_CERT_FILE: `"${caFile}"` })
  const error = await caught(new Zexa().credits.get())
  assert.match(error.message, /^`caFile` from the environment variable SSL_CERT_FILE .*starts with a quote/)
  // The system's authorities did not issue the sandbox's certificate.
  replace(t, {})
  const options = { baseUrl: url, apiKey, maxRetries: 0 }
  assert.equal((await caught(new Zexa(options).credits.get())).cause.code, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')
})

test('a worker thread has its own environment', async (t) => {
  const server = await serverFor(t)
  setOfProcess(t, WRONG)
  const program = `
    const { workerData, parentPort } = require('node:worker_threads')
    const { Zexa } = require(workerData.path)
    new Zexa(workerData.options).credits.get().then(({ credits }) => parentPort.postMessage(credits))`
  const worker = new Worker(program, {
    eval: true,
    workerData: { path: new URL('index.js', import.meta.resolve('zexa')).pathname, options: ELSEWHERE },
    env: { ZEXA_API_KEY: server.apiKey, HTTP_PROXY: proxyOf(server) },
  })
  // Both events may have happened when the first is awaited.
  const exited = once(worker, 'exit')
  assert.deepEqual(await once(worker, 'message'), [4250])
  await exited
})

test('variables are read when the client is created, and not again', async (t) => {
  const server = await serverFor(t)
  const variables = { ZEXA_API_KEY: server.apiKey, HTTP_PROXY: proxyOf(server) }
  replace(t, variables)
  const zexa = new Zexa(ELSEWHERE)
  Object.assign(variables, WRONG, { ZEXA_API_KEY: 'zx_other' })
  for (const client of [zexa, zexa.withOptions({ maxRetries: 1 })]) {
    assert.equal((await client.credits.get()).credits, 4250)
  }
})

test('an option takes precedence over its variable', async (t) => {
  const server = await serverFor(t)
  replace(t, { ...WRONG, ZEXA_API_KEY: 'zx_other', ZEXA_BASE_URL: 'https://api.zexa.example' })
  const zexa = new Zexa({ ...ELSEWHERE, apiKey: server.apiKey, proxy: proxyOf(server) })
  assert.equal((await zexa.credits.get()).credits, 4250)
  for (const name of ['apiKey', 'baseUrl']) assert.equal(thrown(() => new Zexa({ [name]: '' })).details.field, name)
})

test('the error about an invalid variable names it', (t) => {
  for (const [variables, message] of [
    [
      { HTTPS_PROXY: 'socks://proxy.example' },
      /^`proxy` from the environment variable HTTPS_PROXY must start with http:\/\//,
    ],
    [{ all_proxy: '"http://proxy.example"' }, /^`proxy` from the environment variable all_proxy must not contain/],
    [{ ZEXA_BASE_URL: 'nowhere' }, /^the environment variable ZEXA_BASE_URL must start with https:\/\//],
    [{ ZEXA_API_KEY: '' }, /^`apiKey` .*ZEXA_API_KEY/],
    // Values that only a replaced environment can have.
    [{ ZEXA_API_KEY: '\ud800' }, /^the environment variable ZEXA_API_KEY must /],
    [{ HTTPS_PROXY: { not: 'a string' } }, /^`proxy` .*HTTPS_PROXY/],
  ]) {
    replace(t, { ZEXA_API_KEY: 'k', ...variables })
    const error = thrown(() => new Zexa())
    assert.equal(error.constructor, ConfigError)
    assert.match(error.message, message)
  }
})
