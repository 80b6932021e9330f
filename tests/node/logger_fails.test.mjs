// A failing logger becomes a process warning with the reason, and does not affect calls.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { clientFor, SMS } from './examples.mjs'

/** An error whose message is not a string. */
const errorWithMessage = (message) => Object.defineProperty(new Error(), 'message', message)

/** Thrown values, and what the message of the warning contains. */
const THROWN = {
  'an error': [new RangeError('mine'), /mine/],
  'a string': ['mine', /mine/],
  undefined: [undefined, /undefined/],
  null: [null, /null/],
  'a symbol': [Symbol('mine'), /Symbol\(mine\)/],
  'a bigint': [5n, /5n/],
  'an object': [{ mine: 1 }, /mine: 1/],
  'an object without a prototype': [Object.assign(Object.create(null), { mine: 1 }), /mine: 1/],
  'a function': [function mine() {}, /mine/],
  'an error whose message is a symbol': [errorWithMessage({ value: Symbol('mine') }), /logger/],
  'an error whose message throws': [
    errorWithMessage({
      get() {
        throw new RangeError('mine')
      },
    }),
    /logger/,
  ],
  'an object whose properties throw': [
    {
      get message() {
        throw new RangeError('mine')
      },
      [Symbol.toPrimitive]() {
        throw new RangeError('mine')
      },
      [Symbol.for('nodejs.util.inspect.custom')]() {
        throw new RangeError('mine')
      },
    },
    /logger/,
  ],
}

/** The ways in which a logger fails. */
const WAYS = {
  throws(value) {
    throw value
  },
  'rejects with': (value) => Promise.reject(value),
  'returns a thenable that rejects with': (value) => ({ then: (_, reject) => reject(value) }),
  'returns an object whose then throws': (value) => ({
    get then() {
      throw value
    },
  }),
}

for (const [name, [value, reason]] of Object.entries(THROWN)) {
  for (const [way, fail] of Object.entries(WAYS)) {
    test(`a logger that ${way} ${name}`, async (t) => {
      const log = () => fail(value)
      const { client } = await clientFor(t, { logger: { debug: log, info: log } })
      const warned = once(process, 'warning')
      const [message, kind, page] = await Promise.all([
        client.messages.send(SMS),
        client.messages.get('msg_nowhere').catch((error) => error.kind),
        client.contacts.list(),
      ])
      assert.deepEqual([message.body, kind, page.total], [SMS.body, 'not_found', 5])
      const [warning] = await warned
      assert.equal(warning.name, 'ZexaWarning')
      assert.match(warning.message, /^the logger of a Zexa client failed: /)
      assert.match(warning.message, reason)
      assert.equal(warning.cause, value)
    })
  }
}
