// Errors: classes, properties, and stacks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { caught, clientFor, PRIVATE, SMS, thrown } from './examples.mjs'
import { CLASSES, inconsistencies } from './scenarios/errors.mjs'
import {
  APIConnectionError,
  APIError,
  APITimeoutError,
  ConfigError,
  NotFoundError,
  RateLimitError,
  ServerError,
  ValidationError,
  Zexa,
  ZexaError,
} from './zexa.mjs'

/** The error of a call to a server with this fault. */
async function failure(t, fault) {
  const { server, client } = await clientFor(t, { maxRetries: 0 })
  await server.fault(fault)
  return caught(client.messages.send(SMS))
}

for (const [kind, Class] of Object.entries(CLASSES)) {
  test(`${Class.name} can be constructed`, () => {
    const cause = new Error('beneath')
    const details = { field: 'to' }
    const fields = {
      outcome: 'rejected',
      status: 503,
      code: 'c',
      requestId: 'r',
      retryAfter: 1500,
      attempts: 2,
      details,
      cause,
    }
    const error = new Class('what went wrong', fields)
    assert.deepEqual(inconsistencies(error), [])
    assert.deepEqual([error.kind, error.message, error.safeToRetry], [kind, 'what went wrong', true])
    for (const [name, value] of Object.entries(fields)) assert.equal(error[name], value, name)
    const bare = new Class('what went wrong')
    assert.deepEqual(inconsistencies(bare), [])
    assert.deepEqual([bare.outcome, bare.attempts, bare.safeToRetry], ['unknown', 0, false])
    for (const name of ['status', 'code', 'requestId', 'retryAfter', 'details', 'cause']) {
      assert.equal(bare[name], undefined, name)
      assert.ok(name === 'details' || !(name in bare), name)
    }
  })
}

test('the class hierarchy', () => {
  const base = (Class) => Object.getPrototypeOf(Class)
  assert.equal(base(ZexaError), Error)
  assert.equal(base(ConfigError), ZexaError)
  assert.equal(base(APIError), ZexaError)
  assert.equal(base(APIConnectionError), APIError)
  assert.equal(base(APITimeoutError), APIConnectionError)
  const others = Object.values(CLASSES).filter((Class) => ![ConfigError, APIError, APITimeoutError].includes(Class))
  for (const Class of others) assert.equal(base(Class), APIError, Class.name)
})

test('the cause of a refused connection', async () => {
  // The system never assigns port 9, so no other test listens there.
  const client = new Zexa({ apiKey: 'k', baseUrl: 'http://127.0.0.1:9/v1', maxRetries: 0 })
  const error = await caught(client.credits.get())
  assert.deepEqual([error.constructor, error.outcome, error.attempts], [APIConnectionError, 'not_sent', 1])
  assert.ok(!('status' in error) && !('code' in error))
  assert.ok(error.cause instanceof Error)
  assert.deepEqual([error.cause.code, error.cause.errno < 0], ['ECONNREFUSED', true])
  assert.ok(!Object.keys(error).includes('cause'))
  assert.match(inspect(error), /\[cause\][\s\S]*ECONNREFUSED/)
})

test('the cause of a lost connection', async (t) => {
  assert.equal((await failure(t, { then: 'reset' })).cause.code, 'ECONNRESET')
})

test('the cause of an unknown host', async () => {
  const client = new Zexa({ apiKey: 'k', baseUrl: 'https://zexa.invalid/v1', maxRetries: 0 })
  const error = await caught(client.credits.get())
  assert.ok(error instanceof APIConnectionError)
  assert.equal(error.outcome, 'not_sent')
  // Without a DNS server, the lookup fails with another code or times out.
  assert.match(error.cause.code, /^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/)
  assert.equal(error.cause.constructor, Error)
})

async function sendFrom(client) {
  await client.messages.send({ ...SMS, to: 'nowhere' })
}

test('the stack names the line of the caller, and the awaiting functions', async (t) => {
  const { server, client } = await clientFor(t, { maxRetries: 0 })
  await server.fault({ status: 503, times: 0 })
  const early = await caught(sendFrom(client))
  assert.match(early.stack, /^ValidationError: `to` .*\n {4}at [\s\S]*sendFrom \(.*errors\.test\.mjs:\d+:\d+\)/)
  const late = await caught((async () => client.credits.get())())
  assert.match(late.stack, /^ServerError: .*\n {4}at .*errors\.test\.mjs:\d+:\d+/)
  for (const error of [early, late]) {
    assert.doesNotMatch(error.stack, /bindings-node|node_modules|zexa\/lib/)
    assert.ok(format('%s', error).includes(error.message))
  }
})

test('the stack of a config error names the line of the caller', () => {
  const error = thrown(() => new Zexa({ apiKey: 'k', colour: 1 }))
  assert.match(error.stack, /^ConfigError: `colour` .*\n {4}at .*errors\.test\.mjs/)
  assert.doesNotMatch(error.stack, /bindings-node|node_modules/)
})

test('the enumerable properties and the JSON of an error', async (t) => {
  const error = await failure(t, { status: 429, headers: { 'Retry-After': '7' } })
  assert.deepEqual(Object.keys(error).sort(), [
    ...['attempts', 'code', 'kind', 'outcome', 'requestId', 'retryAfter', 'safeToRetry', 'status'],
  ])
  const { requestId } = error
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    name: 'RateLimitError',
    message: error.message,
    kind: 'rate_limited',
    outcome: 'rejected',
    safeToRetry: true,
    attempts: 1,
    status: 429,
    code: error.code,
    requestId,
    retryAfter: 7000,
  })
  assert.ok(inspect(error).includes(requestId))
  assert.equal(structuredClone(error).message, error.message)
})

test('an error about an argument shows nothing private', async (t) => {
  const { client } = await clientFor(t)
  const error = await caught(client.messages.send({ ...SMS, to: '912345678' }))
  assert.deepEqual([error.constructor, error.details.field, error.details.value], [ValidationError, 'to', '912345678'])
  const shown = `${error} ${inspect(error, { depth: null })} ${JSON.stringify(error)} ${format('%o', error.message)}`
  // The message contains an example number.
  for (const secret of PRIVATE) assert.ok(!shown.replaceAll('+244912345678', '').includes(secret), secret)
})

test('errors can be distinguished by class or by kind', async (t) => {
  const { client } = await clientFor(t)
  await assert.rejects(client.messages.get('msg_nobody'), NotFoundError)
  await assert.rejects(client.messages.get('msg_nobody'), { kind: 'not_found', name: 'NotFoundError' })
  await assert.rejects(client.messages.get('msg_nobody'), APIError)
})

test('errors can be modified', async (t) => {
  const error = await failure(t, { status: 503 })
  error.message = `while shopping: ${error.message}`
  error.note = 'mine'
  error.stack = 'mine'
  assert.match(String(error), /^ServerError: while shopping/)
  assert.equal(error.stack, 'mine')
})

class ShopError extends ServerError {
  constructor(shop) {
    super(`${shop} is closed`, { status: 503 })
    this.shop = shop
  }
}

test('error classes can be extended', () => {
  const error = new ShopError('Luanda')
  assert.deepEqual([error.kind, error.status, error.shop, error.message], ['server', 503, 'Luanda', 'Luanda is closed'])
  assert.ok(error instanceof ServerError && error instanceof ZexaError)
})

test('concurrent calls have separate errors', async (t) => {
  const { client } = await clientFor(t)
  const errors = await Promise.all(Array.from({ length: 20 }, (_, n) => caught(client.messages.get(`msg_${n}x`))))
  assert.equal(new Set(errors.map((error) => error.requestId)).size, 20)
  assert.ok(errors.every((error) => error instanceof NotFoundError && !(error instanceof RateLimitError)))
})
