// Errors across threads and processes: toJSON() and fromJSON().
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { MessageChannel, Worker } from 'node:worker_threads'
import { caught, clientFor, SMS } from './examples.mjs'
import { CLASSES } from './scenarios/errors.mjs'
import { APIError, CancelledError, RateLimitError, ServerError, ZexaError } from './zexa.mjs'

const FIELDS = {
  outcome: 'rejected',
  status: 429,
  code: 'rate_limit_exceeded',
  requestId: 'req_1',
  retryAfter: 1500,
  attempts: 2,
  details: { field: 'to', value: '+244912345678' },
}

/** Ways to transfer an object. */
const WAYS = {
  'JSON.stringify()': (value) => JSON.parse(JSON.stringify(value)),
  'structuredClone()': (value) => structuredClone(value),
  'postMessage()': async (value) => {
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(value)
    const [{ data }] = await Promise.all([once(port2, 'message').then(([data]) => ({ data }))])
    port1.close()
    return data
  },
}

for (const [way, transfer] of Object.entries(WAYS)) {
  for (const [kind, Class] of Object.entries(CLASSES)) {
    test(`${Class.name} by ${way}`, async () => {
      const error = new Class('Too many requests.', FIELDS)
      const json = await transfer(error.toJSON())
      const arrived = ZexaError.fromJSON(json)
      assert.deepEqual([arrived.constructor, arrived.kind], [Class, kind])
      for (const name of ['name', 'message', 'safeToRetry', ...Object.keys(FIELDS)]) {
        if (name !== 'details') assert.deepEqual(arrived[name], error[name], name)
      }
      assert.deepEqual([arrived.details, arrived.cause], [undefined, undefined])
      assert.deepEqual(arrived.toJSON(), error.toJSON())
    })
  }
}

test('details and the stack are restored if they were added', () => {
  const error = new RateLimitError('Too many requests.', FIELDS)
  const arrived = ZexaError.fromJSON(structuredClone({ ...error.toJSON(), details: error.details, stack: error.stack }))
  assert.deepEqual([arrived.details, arrived.stack], [FIELDS.details, error.stack])
  assert.ok(!Object.keys(arrived).includes('details'))
})

test('the JSON of an error has its name and message, and no phone number', async (t) => {
  const { client } = await clientFor(t)
  const error = await caught(client.messages.send({ ...SMS, to: '912345678' }))
  const json = JSON.stringify({ error })
  assert.equal(JSON.parse(json).error.name, 'ValidationError')
  assert.equal(JSON.parse(json).error.message, error.message)
  assert.ok(error.details.value.includes('912345678') && !json.replaceAll('+244912345678', '').includes('912345678'))
})

test('a cause is preserved with its name, message and code', async () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', errno: -111 })
  const arrived = ZexaError.fromJSON(structuredClone(new ServerError('unreachable', { cause }).toJSON()))
  const { name, message, code } = arrived.cause
  assert.deepEqual([name, message, code], ['Error', 'connect ECONNREFUSED', 'ECONNREFUSED'])
  // A cause that is not an error is left out.
  for (const other of ['secret', { secret: true }, null, 5]) {
    assert.doesNotMatch(JSON.stringify(new ServerError('failed', { cause: other })), /cause|secret/)
  }
})

test('an error of a cancelled call', async (t) => {
  const { client } = await clientFor(t)
  const signal = AbortSignal.abort(new DOMException('too late', 'TimeoutError'))
  const error = await caught(client.messages.send(SMS, { signal }))
  const arrived = ZexaError.fromJSON(structuredClone(error.toJSON()))
  assert.ok(arrived instanceof CancelledError)
  assert.deepEqual([arrived.name, arrived.cause.name, arrived.outcome], ['TimeoutError', 'TimeoutError', 'not_sent'])
})

test('an error of a worker thread', async () => {
  const program = `
    const { workerData, parentPort } = require('node:worker_threads')
    const { Zexa } = require(workerData)
    new Zexa({ apiKey: 'k', baseUrl: 'http://127.0.0.1:9/v1', maxRetries: 0 }).credits.get().catch((error) => {
      parentPort.postMessage({ error: error.toJSON() })
    })`
  const path = new URL('index.js', import.meta.resolve('zexa')).pathname
  const [{ error }] = await once(new Worker(program, { eval: true, workerData: path }), 'message')
  const { kind, outcome, cause, stack } = ZexaError.fromJSON(error)
  assert.deepEqual([kind, outcome, cause.code], ['connect', 'not_sent', 'ECONNREFUSED'])
  assert.match(stack, /^APIConnectionError: .*\n {4}at .*errors-transfer\.test\.mjs/)
})

test('unknown values of another version are accepted', () => {
  const error = ZexaError.fromJSON({ kind: 'of_tomorrow', message: 'no', outcome: 'undone', name: 'TomorrowError' })
  assert.deepEqual([error.constructor, error.name, error.message], [ZexaError, 'TomorrowError', 'no'])
  // An unknown outcome is not safe to retry.
  assert.deepEqual([error.outcome, error.safeToRetry, error.attempts], ['unknown', false, 0])
  assert.equal(ZexaError.fromJSON({ kind: 'other', message: 'no' }).constructor, APIError)
  for (const other of [undefined, null, 'text', 5]) {
    assert.throws(() => ZexaError.fromJSON(other), { name: 'TypeError' }, inspect(other))
  }
})
