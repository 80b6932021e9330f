// The options of a client: accepted types, and secrets. Scenarios test most effects and invalid values.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { caught, clientFor, SMS, thrown } from './examples.mjs'
import { serverFor } from './sandbox.mjs'
import { APITimeoutError, ConfigError, Zexa } from './zexa.mjs'

const NAMES = [
  'apiKey',
  'baseUrl',
  'timeout',
  'connectTimeout',
  'deadline',
  'maxConnections',
  'http2',
  'maxRetries',
  'maxRetryWait',
  'proxy',
  'caFile',
  'clientCertFile',
  'clientKeyFile',
  'userAgentSuffix',
  'defaultHeaders',
  'allowHttp',
  'ledger',
  'ledgerSecret',
  'ledgerSameAccount',
  'ledgerOnNetwork',
  'logger',
]
const TIMES = ['timeout', 'connectTimeout', 'deadline', 'maxRetryWait']
const PATHS = ['caFile', 'clientCertFile', 'clientKeyFile', 'ledger']
const TEXTS = ['apiKey', 'baseUrl', 'proxy', 'userAgentSuffix', 'ledgerSecret', ...PATHS]

/** The error of a client with an invalid option: a ConfigError that starts with the name of the option. */
function rejected(options, name) {
  const error = thrown(() => new Zexa({ apiKey: 'k', ...options }))
  assert.equal(error.constructor, ConfigError, inspect(error))
  assert.deepEqual([error.kind, error.outcome, error.attempts, error.status], ['config', 'not_sent', 0, undefined])
  assert.ok(error.message.startsWith(`\`${name}\` `), error.message)
  assert.equal(error.details.field, name)
  assert.ok(error.stack.includes('client_options.test.mjs'), error.stack)
  return error
}

for (const name of TIMES) {
  test(`${name}: invalid values are rejected`, () => {
    for (const value of [-1, -0.001, Number.NaN, Number.NEGATIVE_INFINITY]) rejected({ [name]: value }, name)
    for (const value of ['1000', [1000], {}, true, 1000n, new Date()]) rejected({ [name]: value }, name)
  })

  test(`${name}: any number of milliseconds is accepted`, () => {
    for (const value of [0.5, 1, 1e300, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
      assert.ok(new Zexa({ apiKey: 'k', [name]: value }))
    }
  })
}

test('0 is rejected as a timeout, and accepted as maxRetryWait', () => {
  for (const name of ['timeout', 'connectTimeout', 'deadline']) rejected({ [name]: 0 }, name)
  assert.ok(new Zexa({ apiKey: 'k', maxRetryWait: 0 }))
})

test('invalid values of maxRetries are rejected', () => {
  for (const value of [-1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '3', 3n, true, [3]]) {
    rejected({ maxRetries: value }, 'maxRetries')
  }
  assert.ok(new Zexa({ apiKey: 'k', maxRetries: 2 ** 32 - 1 }))
})

test('maxConnections must be an integer from 1', () => {
  for (const value of [0, -1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '3', 3n, true, [3]]) {
    rejected({ maxConnections: value }, 'maxConnections')
  }
  assert.ok(new Zexa({ apiKey: 'k', maxConnections: 2 ** 32 - 1 }))
})

test('calls beyond maxConnections wait for a connection', async (t) => {
  const { server, client } = await clientFor(t, { maxConnections: 2 })
  await Promise.all(Array.from({ length: 20 }, () => client.messages.send(SMS)))
  assert.equal((await server.messages()).length, 20)
  // A connection is not always free immediately after a response; the next call then opens another.
  assert.ok((await server.state()).connections < 10)
})

for (const name of TEXTS) {
  test(`${name} must be a string`, () => {
    for (const value of [5, true, ['x'], {}, Buffer.from('x'), Symbol('x'), () => 'x'])
      rejected({ [name]: value }, name)
    rejected({ [name]: '\ud800' }, name)
  })
}

test('the error about a missing file contains its path', () => {
  assert.match(rejected({ caFile: '/no/such_folder/my_file.pem' }, 'caFile').message, /\/no\/such_folder\/my_file\.pem/)
})

test('invalid headers are rejected', () => {
  const headers = [
    { 'X Shop': '1' },
    { 'X-Shop': '1\r\nX-Evil: 2' },
    { authorization: 'Bearer other' },
    { 'X-Shop': 1 },
    { 'X-Shop': ['1', '2'] },
    'X-Shop: 1',
    5,
    [5],
    ['X-Shop'],
    [['X-Shop']],
    [null],
  ]
  for (const defaultHeaders of headers) {
    const error = thrown(() => new Zexa({ apiKey: 'k', defaultHeaders }))
    assert.equal(error.constructor, ConfigError, inspect(error))
    assert.match(error.message, /^`defaultHeaders(\['X-Shop'\])?` /)
  }
})

test('allowHttp must be true or false', () => {
  for (const value of ['yes', 1, 0, {}, 'true']) rejected({ allowHttp: value }, 'allowHttp')
  rejected({ allowHttp: false, baseUrl: 'http://10.0.0.1/v1' }, 'baseUrl')
  assert.ok(new Zexa({ apiKey: 'k', baseUrl: 'http://10.0.0.1/v1', allowHttp: true }))
})

for (const name of ['http2', 'ledgerSameAccount', 'ledgerOnNetwork']) {
  test(`${name} must be true or false`, () => {
    for (const value of ['yes', 1, 0, {}, 'true']) rejected({ [name]: value }, name)
  })
}

test('a logger must have the methods debug and info', () => {
  for (const value of ['console', 5, {}, { debug() {} }, { info() {} }, { debug: 1, info: 2 }, () => {}]) {
    rejected({ logger: value }, 'logger')
  }
})

test('the error about an unknown option lists the known ones', () => {
  for (const name of ['apikey', 'api_key', 'baseURL', 'retries', 'headers', 'signal', '', '__proto__', 'toString']) {
    const error = rejected({ [name]: 'x' }, name)
    for (const known of NAMES) assert.ok(error.message.includes(known), error.message)
  }
})

test('the error about a misplaced or misspelt option says what is right', () => {
  assert.match(
    rejected({ api_key: 'x' }, 'api_key').message,
    /^`api_key` is unknown; did you mean apiKey\? The options of a client are apiKey,/,
  )
  assert.match(rejected({ baseURL: 'x' }, 'baseURL').message, /^`baseURL` is unknown; did you mean baseUrl\? /)
  assert.match(rejected({ retries: 1 }, 'retries').message, /^`retries` is unknown; did you mean maxRetries\? /)
  assert.match(rejected({ colour: 1 }, 'colour').message, /^`colour` is unknown\. /)
  for (const name of ['signal', 'retryAmbiguous', 'headers', 'query', 'body']) {
    const also = name === 'headers' ? ' Or did you mean defaultHeaders?' : ''
    const start = `\`${name}\` is an option of the call: pass it in the last argument.${also} The options of a client are `
    assert.ok(rejected({ [name]: 'x' }, name).message.startsWith(start))
  }
})

test('an unknown option without a value is ignored', () => {
  assert.ok(new Zexa({ apiKey: 'k', retries: undefined, colour: null }))
})

test('the options must be an object', () => {
  for (const options of ['zx_secret', 5, true, ['k'], () => ({}), Symbol('k')]) {
    const error = thrown(() => new Zexa(options))
    assert.equal(error.constructor, ConfigError)
    assert.match(error.message, /options.*object/)
    assert.ok(!error.message.includes('zx_secret'))
  }
  assert.equal(thrown(() => Zexa({ apiKey: 'k' })).constructor, TypeError)
})

test('undefined and null count as absent', () => {
  for (const nothing of [undefined, null]) {
    const options = Object.fromEntries(NAMES.map((name) => [name, nothing]))
    assert.ok(new Zexa({ ...options, apiKey: 'k' }))
    assert.match(thrown(() => new Zexa(options)).message, /^`apiKey` .*ZEXA_API_KEY/)
    assert.match(thrown(() => new Zexa(nothing)).message, /^`apiKey` .*ZEXA_API_KEY/)
  }
  assert.match(thrown(() => new Zexa()).message, /^`apiKey` .*ZEXA_API_KEY/)
})

test('options are read when the client is created', async (t) => {
  const { server } = await clientFor(t)
  const options = { ...server.options, defaultHeaders: { 'X-Shop': '1' } }
  const client = new Zexa(Object.freeze(options))
  options.defaultHeaders['X-Shop'] = '2'
  await client.credits.get()
  assert.equal((await server.requests())[0].headers['x-shop'], '1')
})

test('a client does not show its secrets', async (t) => {
  const server = await serverFor(t)
  const client = new Zexa({
    ...server.options,
    apiKey: 'zx_secret',
    proxy: 'http://user:pw_secret@127.0.0.1:9',
    defaultHeaders: { 'X-Token': 'header_secret' },
    maxRetries: 0,
  })
  const derived = client.withOptions({ headers: { 'X-Token': 'header_secret' } })
  const error = await caught(derived.credits.get())
  const things = [client, derived, client.messages, client.contacts.list, client.contacts.list(), error, error.cause]
  for (const thing of things) {
    const shown = [inspect(thing, { depth: null, showHidden: true }), String(thing), JSON.stringify(thing) ?? '']
    assert.doesNotMatch(`${shown} ${thing.stack}`, /secret/)
  }
  assert.throws(() => structuredClone(client.messages.send), { name: 'DataCloneError' })
})

test('errors do not contain an invalid key', async (t) => {
  const { client } = await clientFor(t, { apiKey: 'zx_other_secret' })
  const error = await caught(client.credits.get())
  assert.equal(error.status, 401)
  assert.doesNotMatch(inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error.details), /zx_other/)
  assert.doesNotMatch(rejected({ apiKey: 'zx secret' }, 'apiKey').stack, /zx secret/)
})

test('headers may be an object or pairs', async (t) => {
  const { server } = await clientFor(t)
  const pairs = { 'X-Shop': '1', 'X-Other': '2' }
  for (const defaultHeaders of [pairs, new Headers(pairs), new Map(Object.entries(pairs)), Object.entries(pairs)]) {
    const client = new Zexa({ ...server.options, defaultHeaders, userAgentSuffix: 'shop/1.2' })
    await client.credits.get({ headers: { 'x-shop': '3', 'X-Call': '4' } })
    await client.credits.get()
    const [first, second] = (await server.requests()).slice(-2).map((request) => request.headers)
    assert.deepEqual([first['x-shop'], first['x-other'], first['x-call']], ['3', '2', '4'])
    assert.deepEqual([second['x-shop'], second['x-other'], second['x-call']], ['1', '2', undefined])
    assert.match(first['user-agent'], /^zexa-node\/\d+\.\d+\.\d+ shop\/1\.2$/)
    assert.equal(first.authorization, `Bearer ${server.apiKey}`)
  }
})

test('a header without a value is not sent', async (t) => {
  const { server } = await clientFor(t)
  for (const nothing of [null, undefined]) {
    await new Zexa({ ...server.options, defaultHeaders: { 'X-Shop': nothing, 'X-Other': '2' } }).credits.get()
    const { headers } = (await server.requests()).at(-1)
    assert.deepEqual([headers['x-shop'], headers['x-other']], [undefined, '2'])
  }
})

test('connectTimeout limits connecting', async () => {
  // Packets to this network are dropped, unless the machine has no network.
  const client = new Zexa({ apiKey: 'k', baseUrl: 'https://192.0.2.1/v1', connectTimeout: 100, maxRetries: 0 })
  const error = await caught(client.credits.get())
  assert.equal(error.outcome, 'not_sent')
  assert.ok(['timeout', 'connect'].includes(error.kind), error.kind)
})

test('Infinity means no limit', async (t) => {
  const { client } = await clientFor(t, { deadline: 0.001, timeout: Number.POSITIVE_INFINITY })
  assert.equal((await caught(client.credits.get())).constructor, APITimeoutError)
  assert.equal((await client.credits.get({ deadline: Number.POSITIVE_INFINITY })).currency, 'USD')
})

test('creating a client opens no connection', async (t) => {
  const { server, client } = await clientFor(t)
  client.withOptions({ maxRetries: 0 })
  client.contacts.list()
  assert.equal((await server.state()).connections, 0)
})

test('baseUrl is a read-only property', () => {
  const client = new Zexa({ apiKey: 'k', baseUrl: 'https://api.zexa.example/v2/' })
  assert.match(client.baseUrl, /^https:\/\/api\.zexa\.example\/v2\/?$/)
  assert.throws(() => {
    client.baseUrl = 'https://api.zexa.other'
  }, TypeError)
})

const only = { skip: !Symbol.asyncDispose && 'this version of Node does not know it' }
test('Symbol.asyncDispose closes the client', only, async (t) => {
  const { client } = await clientFor(t)
  const derived = client.withOptions({ maxRetries: 0 })
  await derived.credits.get()
  assert.equal(await client[Symbol.asyncDispose](), undefined)
  assert.equal((await caught(derived.credits.get())).kind, 'closed')
})
