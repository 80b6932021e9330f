// The options of a client: what they do, which are refused, and what keeps secrets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { caught, clientFor, SMS, thrown } from './examples.mjs'
import { serverFor } from './sandbox.mjs'
import { APITimeoutError, ConfigError, ServerError, Zexa } from './zexa.mjs'

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
  'userAgentSuffix',
  'defaultHeaders',
  'allowHttp',
  'logger',
]
const TIMES = ['timeout', 'connectTimeout', 'deadline', 'maxRetryWait']
const TEXTS = ['apiKey', 'baseUrl', 'proxy', 'caFile', 'userAgentSuffix']

/** What making a client with an option throws: a ConfigError that names it. */
function refused(options, name) {
  const error = thrown(() => new Zexa({ apiKey: 'k', ...options }))
  assert.equal(error.constructor, ConfigError, inspect(error))
  assert.deepEqual([error.kind, error.outcome, error.attempts, error.status], ['config', 'not_sent', 0, undefined])
  assert.ok(error.message.startsWith(`${name}: `), error.message)
  assert.equal(error.details.field, name)
  assert.ok(error.stack.includes('client_options.test.mjs'), error.stack)
  return error
}

for (const name of TIMES) {
  test(`a ${name} that is no time is refused`, () => {
    for (const value of [-1, -0.001, Number.NaN, Number.NEGATIVE_INFINITY]) refused({ [name]: value }, name)
    for (const value of ['1000', [1000], {}, true, 1000n, new Date()]) refused({ [name]: value }, name)
  })

  test(`a ${name} may be any number of milliseconds`, () => {
    for (const value of [0.5, 1, 1e300, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
      assert.ok(new Zexa({ apiKey: 'k', [name]: value }))
    }
  })
}

test('no time at all is refused, but for a wait that no server may ask for', () => {
  for (const name of ['timeout', 'connectTimeout', 'deadline']) refused({ [name]: 0 }, name)
  assert.ok(new Zexa({ apiKey: 'k', maxRetryWait: 0 }))
})

test('retries that cannot be counted are refused', () => {
  for (const value of [-1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '3', 3n, true, [3]]) {
    refused({ maxRetries: value }, 'maxRetries')
  }
  assert.ok(new Zexa({ apiKey: 'k', maxRetries: 2 ** 32 - 1 }))
})

test('maxConnections must be a whole number from 1', () => {
  for (const value of [0, -1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '3', 3n, true, [3]]) {
    refused({ maxConnections: value }, 'maxConnections')
  }
  assert.ok(new Zexa({ apiKey: 'k', maxConnections: 2 ** 32 - 1 }))
})

test('calls beyond maxConnections wait for a connection', async (t) => {
  const { server, client } = await clientFor(t, { maxConnections: 2 })
  await Promise.all(Array.from({ length: 20 }, () => client.messages.send(SMS)))
  assert.equal((await server.messages()).length, 20)
  // A connection that has just answered is not always free for the next call, which then opens another.
  assert.ok((await server.state()).connections < 10)
})

for (const name of TEXTS) {
  test(`${name} must be a string`, () => {
    for (const value of [5, true, ['x'], {}, Buffer.from('x'), Symbol('x'), () => 'x']) refused({ [name]: value }, name)
    refused({ [name]: '\ud800' }, name)
  })
}

const UNUSABLE = [
  ['apiKey', ''],
  ['apiKey', 'zx secret'],
  ['apiKey', 'zx\nsecret'],
  ['baseUrl', 'api.zexa.ao'],
  ['baseUrl', 'http://api.zexa.ao/v1'],
  ['baseUrl', 'ftp://api.zexa.ao'],
  ['proxy', 'nowhere:0'],
  ['caFile', 'no-such-file.pem'],
  ['userAgentSuffix', 'a\nb'],
]

test('an option that cannot be used is named', () => {
  for (const [name, value] of UNUSABLE) refused({ [name]: value }, name)
})

test('a file that there is not is named as it was given', () => {
  assert.match(refused({ caFile: '/no/such_folder/my_file.pem' }, 'caFile').message, /\/no\/such_folder\/my_file\.pem/)
})

test('headers that cannot be sent are refused', () => {
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
    assert.match(error.message, /^`defaultHeaders` /)
  }
})

test('allowHttp must be true or false', () => {
  for (const value of ['yes', 1, 0, {}, 'true']) refused({ allowHttp: value }, 'allowHttp')
  refused({ allowHttp: false, baseUrl: 'http://10.0.0.1/v1' }, 'baseUrl')
  assert.ok(new Zexa({ apiKey: 'k', baseUrl: 'http://10.0.0.1/v1', allowHttp: true }))
})

test('http2 must be true or false', () => {
  for (const value of ['yes', 1, 0, {}, 'true']) refused({ http2: value }, 'http2')
})

for (const [http2, version] of [
  [undefined, '1.1'],
  [null, '1.1'],
  [false, '1.1'],
  [true, '2'],
]) {
  test(`a client with http2: ${http2} uses HTTP/${version}`, async (t) => {
    const { server, client } = await clientFor(t, { http2 }, { state: { tls: true } })
    await client.credits.get()
    assert.deepEqual(
      (await server.requests()).map((request) => request.http_version),
      [version],
    )
  })
}

test('a logger must have its functions', () => {
  for (const value of ['console', 5, {}, { debug() {} }, { info() {} }, { debug: 1, info: 2 }, () => {}]) {
    refused({ logger: value }, 'logger')
  }
})

test('the error about an unknown option lists the known ones', () => {
  for (const name of ['apikey', 'api_key', 'baseURL', 'retries', 'headers', 'signal', '', '__proto__', 'toString']) {
    const error = refused({ [name]: 'x' }, name)
    for (const known of NAMES) assert.ok(error.message.includes(known), error.message)
  }
})

test('the error about a misplaced or misspelt option says what is right', () => {
  assert.match(
    refused({ api_key: 'x' }, 'api_key').message,
    /^api_key: did you mean apiKey\? The options of a client are apiKey,/,
  )
  assert.match(refused({ baseURL: 'x' }, 'baseURL').message, /^baseURL: did you mean baseUrl\? /)
  assert.match(refused({ retries: 1 }, 'retries').message, /^retries: unknown name\. /)
  for (const name of ['signal', 'retryAmbiguous', 'headers', 'query', 'body']) {
    const start = `${name}: this is an option of the call: pass it in the last argument. The options of a client are `
    assert.ok(refused({ [name]: 'x' }, name).message.startsWith(start))
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

test('undefined and null are as good as absent', () => {
  for (const nothing of [undefined, null]) {
    const options = Object.fromEntries(NAMES.map((name) => [name, nothing]))
    assert.ok(new Zexa({ ...options, apiKey: 'k' }))
    assert.match(thrown(() => new Zexa(options)).message, /^`apiKey` .*ZEXA_API_KEY/)
    assert.match(thrown(() => new Zexa(nothing)).message, /^`apiKey` .*ZEXA_API_KEY/)
  }
  assert.match(thrown(() => new Zexa()).message, /^`apiKey` .*ZEXA_API_KEY/)
})

test('the options are read when the client is made', async (t) => {
  const { server } = await clientFor(t)
  const options = { ...server.options, defaultHeaders: { 'X-Shop': '1' } }
  const client = new Zexa(Object.freeze(options))
  options.defaultHeaders['X-Shop'] = '2'
  await client.credits.get()
  assert.equal((await server.requests())[0].headers['x-shop'], '1')
})

test('the environment is asked for what is not given', (t) => {
  t.after(() => {
    delete process.env.ZEXA_API_KEY
    delete process.env.ZEXA_BASE_URL
  })
  process.env.ZEXA_API_KEY = ''
  assert.match(thrown(() => new Zexa()).message, /ZEXA_API_KEY/)
  process.env.ZEXA_API_KEY = 'k'
  process.env.ZEXA_BASE_URL = ''
  assert.equal(new Zexa().baseUrl, 'https://api.zexa.ao/v1')
  process.env.ZEXA_BASE_URL = 'https://api.zexa.example/v2'
  assert.equal(new Zexa().baseUrl, 'https://api.zexa.example/v2')
  assert.equal(new Zexa({ baseUrl: 'https://api.zexa.other/v3' }).baseUrl, 'https://api.zexa.other/v3')
  // What is given is never looked for elsewhere.
  refused({ apiKey: '' }, 'apiKey')
  refused({ baseUrl: '' }, 'baseUrl')
  process.env.ZEXA_BASE_URL = 'nowhere'
  refused({}, 'baseUrl')
})

test('a client made by the environment works', async (t) => {
  const server = await serverFor(t)
  t.after(() => {
    delete process.env.ZEXA_API_KEY
    delete process.env.ZEXA_BASE_URL
  })
  process.env.ZEXA_API_KEY = server.apiKey
  process.env.ZEXA_BASE_URL = server.url
  assert.equal((await new Zexa().credits.get()).credits, 4250)
})

test('a client keeps its secrets', async (t) => {
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

test('a wrong key is not repeated in the error', async (t) => {
  const { client } = await clientFor(t, { apiKey: 'zx_other_secret' })
  const error = await caught(client.credits.get())
  assert.equal(error.status, 401)
  assert.doesNotMatch(inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error.details), /zx_other/)
  assert.doesNotMatch(refused({ apiKey: 'zx secret' }, 'apiKey').stack, /zx secret/)
})

test('headers are sent, and may be any pairs', async (t) => {
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

test('times are milliseconds', async (t) => {
  const { server, client } = await clientFor(t, { timeout: 200, maxRetries: 0 })
  await server.fault({ delay: 10, times: 0 })
  for (const hasty of [client, new Zexa({ ...server.options, deadline: 200 })]) {
    assert.equal((await caught(hasty.credits.get())).constructor, APITimeoutError)
  }
})

test('a connection has its own time', async () => {
  // Packets to this network go nowhere, unless the machine has no network at all.
  const client = new Zexa({ apiKey: 'k', baseUrl: 'https://192.0.2.1/v1', connectTimeout: 100, maxRetries: 0 })
  const error = await caught(client.credits.get())
  assert.equal(error.outcome, 'not_sent')
  assert.ok(['timeout', 'connect'].includes(error.kind), error.kind)
})

test('an infinite time is no limit', async (t) => {
  const { client } = await clientFor(t, { deadline: 0.001, timeout: Number.POSITIVE_INFINITY })
  assert.equal((await caught(client.credits.get())).constructor, APITimeoutError)
  assert.equal((await client.credits.get({ deadline: Number.POSITIVE_INFINITY })).currency, 'USD')
})

test('retries are counted', async (t) => {
  const { server } = await clientFor(t)
  await server.fault({ status: 503, times: 0 })
  for (const maxRetries of [0, 2]) {
    const error = await caught(new Zexa({ ...server.options, maxRetries }).credits.get())
    assert.deepEqual([error.constructor, error.attempts], [ServerError, maxRetries + 1])
  }
})

test('a wait that is too long is not waited for', async (t) => {
  const { server, client } = await clientFor(t, { maxRetryWait: 2000 })
  await server.fault({ status: 429, headers: { 'Retry-After': '3' } })
  const error = await caught(client.credits.get())
  assert.deepEqual([error.kind, error.attempts, error.retryAfter], ['rate_limited', 1, 3000])
})

test('a proxy is gone through', async (t) => {
  const { server } = await clientFor(t)
  const client = new Zexa({
    apiKey: 'k',
    baseUrl: 'http://zexa.invalid/v1',
    allowHttp: true,
    proxy: server.url.slice(0, -3),
  })
  await client.credits.get().catch(() => {})
  assert.notDeepEqual(await server.requests(), [])
})

test('making a client opens nothing', async (t) => {
  const { server, client } = await clientFor(t)
  client.withOptions({ maxRetries: 0 })
  client.contacts.list()
  assert.equal((await server.state()).connections, 0)
})

test('baseUrl says where it is', () => {
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
