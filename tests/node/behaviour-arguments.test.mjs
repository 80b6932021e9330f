// Code of the program that runs while the arguments of a call are read: it may make another call, abort its signal, or throw.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNoListeners, cancellationOf, reasonOf } from './abort_helpers.mjs'
import { clientFor, SMS } from './examples.mjs'

const TEMPLATE = { channel: 'whatsapp', to: '+244912345678', from: 'ZEXA' }
const isCredits = ({ status, body }) => assert.deepEqual([status, body.credits], [200, 4250])
const isMessage = (message) => assert.match(message.id, /^msg_/)
const isPage = (page) => assert.equal(page.total, 5)

/** Calls that run `meanwhile` while their arguments are read, and checks of their results. */
const WAYS = {
  'a getter of the parameters': [
    isMessage,
    (client, meanwhile, options) => {
      const params = {
        ...SMS,
        get body() {
          return meanwhile() ?? 'x'
        },
      }
      return client.messages.send(params, options)
    },
  ],
  'toJSON() of a template': [
    isMessage,
    (client, meanwhile, options) => {
      const template = { toJSON: () => meanwhile() ?? { name: 'order_shipped' } }
      return client.messages.send({ ...TEMPLATE, template }, options)
    },
  ],
  'toJSON() of a body': [
    isCredits,
    (client, meanwhile, options) => {
      const body = { toJSON: () => meanwhile() ?? {} }
      return client.request('GET', '/credits', { body }, options)
    },
  ],
  'the pairs of a query': [
    isCredits,
    (client, meanwhile, options) => {
      function* query() {
        yield ['a', meanwhile() ?? '1']
      }
      return client.request('GET', '/credits', { query: query() }, options)
    },
  ],
  'a getter of the headers': [
    isCredits,
    (client, meanwhile, options) => {
      const headers = {
        get 'X-Shop'() {
          return meanwhile() ?? '1'
        },
      }
      return client.request('GET', '/credits', {}, { ...options, headers })
    },
  ],
  'a getter of the parameters of a list': [
    isPage,
    (client, meanwhile, options) => {
      const params = {
        get listId() {
          return meanwhile() ?? 'lst_demo'
        },
      }
      return client.contacts.list(params, options).page(1)
    },
  ],
}

for (const [name, [expect, call]] of Object.entries(WAYS)) {
  test(`each call gets its own result: ${name}`, async (t) => {
    const { server, client } = await clientFor(t)
    const others = []
    const meanwhile = () => {
      others.push(
        client.senderIds.list().page(1),
        client.request('GET', '/nowhere').catch((error) => error.kind),
      )
    }
    const first = call(client, meanwhile)
    // More calls, in the same turn and in a later one.
    const second = call(client, meanwhile)
    expect(await first)
    expect(await second)
    const [one, kind, other] = await Promise.all(others)
    assert.deepEqual([one.items[0].senderId, kind, other.total], ['ZEXA', 'not_found', one.total])
    assert.equal((await server.requests()).length, 6)
  })

  test(`a call that is aborted while its arguments are read is not sent: ${name}`, async (t) => {
    const { server, client } = await clientFor(t)
    for (const aborted of ['a signal of the call', 'a signal of the client']) {
      const controller = new AbortController()
      const { signal } = controller
      const meanwhile = () => controller.abort(aborted)
      const isOfCall = aborted.endsWith('call')
      const promise = call(isOfCall ? client : client.withOptions({ signal }), meanwhile, isOfCall ? { signal } : {})
      const { cause, outcome, attempts } = await cancellationOf(promise)
      assert.deepEqual([cause, outcome, attempts], [aborted, 'not_sent', 0])
      assertNoListeners(signal)
    }
    await client.credits.get()
    assert.equal((await server.requests()).length, 1)
  })

  test(`an exception while arguments are read rejects the call, and nothing is sent: ${name}`, async (t) => {
    const { server, client } = await clientFor(t)
    const { signal } = new AbortController()
    const mine = new RangeError('mine')
    const meanwhile = () => {
      throw mine
    }
    const reason = await reasonOf(call(client, meanwhile, { signal }))
    // A value that cannot be converted to JSON is an invalid argument.
    assert.equal(name.startsWith('toJSON') ? reason.cause : reason, mine)
    assertNoListeners(signal)
    await client.credits.get()
    assert.equal((await server.requests()).length, 1)
  })
}

/** A signal that is not Node's own. `more` overrides its members. */
const foreign = (more) => ({ aborted: false, addEventListener() {}, removeEventListener() {}, ...more })

const CALLS = {
  // A failing call: if it were sent, its rejection would be unhandled.
  'a message': (client, options) => client.messages.send({ ...SMS, from: 'NOBODY' }, options),
  'a wait': (client, options) => client.messages.wait('msg_nowhere', {}, options),
  'an array of a list': (client, options) => client.campaigns.list({}, options).toArray(),
  'a page of a list': (client, options) => client.campaigns.list({}, options).page(1),
  'a step of a list': (client, options) => client.campaigns.list({}, options)[Symbol.asyncIterator]().next(),
}

for (const [name, call] of Object.entries(CALLS)) {
  test(`a signal whose addEventListener() throws: ${name}`, async (t) => {
    const { server, client } = await clientFor(t)
    const mine = new RangeError('mine')
    const signal = foreign({
      addEventListener() {
        throw mine
      },
    })
    assert.equal(await reasonOf(call(client, { signal })), mine)
    // A call that had been sent would have arrived by now, and its failure would be unhandled.
    await client.credits.get()
    await client.credits.get()
    assert.deepEqual(
      (await server.requests()).map((request) => request.path),
      ['/v1/credits', '/v1/credits'],
    )
  })

  test(`a signal whose removeEventListener() throws: ${name}`, async (t) => {
    const { client } = await clientFor(t)
    const mine = new RangeError('mine')
    const signal = foreign({
      removeEventListener() {
        throw mine
      },
    })
    assert.equal(await reasonOf(call(client, { signal })), mine)
    assert.equal((await client.credits.get()).credits, 4250)
  })
}

test('an incomplete signal is rejected', async (t) => {
  const { server, client } = await clientFor(t)
  for (const name of ['addEventListener', 'removeEventListener', 'aborted']) {
    const signal = foreign({ [name]: undefined })
    const error = await reasonOf(client.credits.get({ signal }))
    assert.deepEqual([error.kind, error.details.field, error.outcome], ['config', 'signal', 'not_sent'])
  }
  assert.deepEqual(await server.requests(), [])
})
