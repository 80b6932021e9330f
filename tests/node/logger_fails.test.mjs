// A logger that fails, in whatever way: that is a warning which says why, and no call comes to harm.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { clientFor, SMS } from './examples.mjs'

/** An error whose message is something else than a text. */
const telling = (message) => Object.defineProperty(new Error(), 'message', message)

/** What may be thrown, and what the warning says of it. */
const THROWN = {
  'an error': [new RangeError('mine'), /mine/],
  'a text': ['mine', /mine/],
  nothing: [undefined, /undefined/],
  null: [null, /null/],
  'a symbol': [Symbol('mine'), /Symbol\(mine\)/],
  'a bigint': [5n, /5n/],
  'an object': [{ mine: 1 }, /mine: 1/],
  'an object without a prototype': [Object.assign(Object.create(null), { mine: 1 }), /mine: 1/],
  'a function': [function mine() {}, /mine/],
  'an error whose message is a symbol': [telling({ value: Symbol('mine') }), /logger/],
  'an error whose message throws': [
    telling({
      get() {
        throw new RangeError('mine')
      },
    }),
    /logger/,
  ],
  'an object that throws as it is looked at': [
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

/** How it fails. */
const WAYS = {
  throws(one) {
    throw one
  },
  rejects: (one) => Promise.reject(one),
  'gives what is as good as a promise of': (one) => ({ then: (_, rejected) => rejected(one) }),
  'gives what throws where it is asked for': (one) => ({
    get then() {
      throw one
    },
  }),
}

for (const [what, [one, reason]] of Object.entries(THROWN)) {
  for (const [way, fail] of Object.entries(WAYS)) {
    test(`a logger that ${way} ${what}`, async (t) => {
      const told = () => fail(one)
      const { client } = await clientFor(t, { logger: { debug: told, info: told } })
      const warned = once(process, 'warning')
      const [message, kind, page] = await Promise.all([
        client.messages.send(SMS),
        client.messages.get('msg_nowhere').catch((error) => error.kind),
        client.contacts.list(),
      ])
      assert.deepEqual([message.body, kind, page.total], [SMS.body, 'not_found', 5])
      const [warning] = await warned
      assert.equal(warning.name, 'ZexaWarning')
      assert.match(warning.message, /^the logger of a Zexa client has failed: /)
      assert.match(warning.message, reason)
      assert.equal(warning.cause, one)
    })
  }
}
