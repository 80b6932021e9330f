// The results of operations as objects of JavaScript, and what every operation has in common. Scenarios test requests and results.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect, isDeepStrictEqual } from 'node:util'
import { CAMPAIGN, CONTACT, caught, clientFor, MESSAGE, OPERATIONS, RESPONSES, SMS, WEBHOOK } from './examples.mjs'
import { ClosedError, ConfigError, InvalidRequestError, NotFoundError } from './zexa.mjs'

/** The result of an operation if the server responds with this body. */
async function resultOf(t, operation, body, status = 200) {
  const { server, client } = await clientFor(t)
  await server.fault({ status, body })
  return OPERATIONS[operation](client)
}

test('a message has all fields of the API', async (t) => {
  assert.deepEqual(await resultOf(t, 'messages.get', RESPONSES.message), MESSAGE)
})

test('a campaign has all fields of the API', async (t) => {
  assert.deepEqual(await resultOf(t, 'campaigns.get', RESPONSES.campaign), {
    id: 'cmp_1',
    name: 'July',
    status: 'sending',
    channel: 'email',
    createdAt: new Date('2026-07-01T09:00:00Z'),
    scheduledAt: new Date('2026-07-02T09:00:00Z'),
    totalRecipients: 9,
    stats: { sent: 9, delivered: 4, failed: 3, undeliverable: 2, pending: 0, extra: { opened: 1 } },
    extra: { novel: [] },
  })
})

test('a contact, a Sender ID, a webhook and a balance have all fields of the API', async (t) => {
  const createdAt = new Date('2026-07-01T09:00:00Z')
  const contact = { id: 'cnt_1', name: 'Ana Domingos', phone: '+244923456789', lists: ['lst_1', 'lst_2'], createdAt }
  assert.deepEqual(await resultOf(t, 'contacts.create', RESPONSES.contact, 201), {
    ...contact,
    email: 'ana.domingos@shop.example',
    extra: { novel: 'x' },
  })
  const page = { data: [RESPONSES.senderId], meta: { total: 1, page: 1, per_page: 50, cursor: 'x' } }
  const senderId = { id: 'sid_1', senderId: 'ZEXA', status: 'approved', channel: 'sms', useCase: 'otp', createdAt }
  assert.deepEqual(await resultOf(t, 'senderIds.list', page), {
    items: [{ ...senderId, extra: { novel: 1 } }],
    total: 1,
    page: 1,
    perPage: 50,
    extra: { cursor: 'x' },
  })
  const events = ['message.delivered', 'novel.event']
  assert.deepEqual(await resultOf(t, 'webhooks.create', RESPONSES.webhook, 201), {
    ...{ id: 'wh_1', url: 'https://shop.example/zexa', events, createdAt, secret: 'whsec_4711' },
    extra: { novel: null },
  })
  assert.deepEqual(await resultOf(t, 'credits.get', RESPONSES.credits), {
    credits: 4250.5,
    currency: 'AOA',
    extra: { novel: false },
  })
})

test('fields named like members of Object.prototype are preserved', async (t) => {
  const odd = '"__proto__": {"polluted": 1}, "constructor": 1, "toString": 2, "then": 3, "extra": {"a": 1}, "toJSON": 4'
  const text = `${JSON.stringify(RESPONSES.credits).slice(0, -1)}, ${odd}}`
  const { server, client } = await clientFor(t)
  await server.fault({ status: 200, text, headers: { 'Content-Type': 'application/json' } })
  const credits = await client.credits.get()
  assert.equal(credits.credits, 4250.5)
  assert.equal(JSON.stringify(credits.extra.extra), '{"a":1}')
  const names = ['__proto__', 'constructor', 'extra', 'novel', 'then', 'toJSON', 'toString']
  assert.deepEqual(Object.keys(credits.extra).sort(), names)
  assert.equal({}.polluted, undefined)
  assert.equal(Object.getPrototypeOf(credits.extra), Object.prototype)
})

test('a result is a plain object that can be modified, cloned and converted to JSON', async (t) => {
  const campaign = await resultOf(t, 'campaigns.get', RESPONSES.campaign)
  assert.equal(Object.getPrototypeOf(campaign), Object.prototype)
  assert.deepEqual(structuredClone(campaign), campaign)
  assert.equal(JSON.parse(JSON.stringify(campaign)).createdAt, '2026-07-01T09:00:00.000Z')
  campaign.name = 'August'
  campaign.novelty = 1
  assert.ok(isDeepStrictEqual({ ...campaign }, campaign))
})

test('extreme times are Dates', async (t) => {
  for (const time of ['0001-01-01T00:00:00Z', '9999-12-30T22:00:00Z', '1969-12-31T23:59:59.999Z']) {
    const message = await resultOf(t, 'messages.get', { ...RESPONSES.message, created_at: time })
    assert.equal(message.createdAt.getTime(), Date.parse(time))
  }
})

test('times that JavaScript cannot parse are Dates', async (t) => {
  const times = {
    '2016-12-31T23:59:60Z': '2016-12-31T23:59:59.000Z',
    '2026-07-01t09:00:00z': '2026-07-01T09:00:00.000Z',
    '2026-07-01T09:00:00.123456789+01:00': '2026-07-01T08:00:00.123Z',
    '2026-07-01T09:00:00+05:45:30': '2026-07-01T03:14:30.000Z',
  }
  for (const [sent_at, read] of Object.entries(times)) {
    const message = await resultOf(t, 'messages.get', { ...RESPONSES.message, sent_at })
    assert.equal(message.sentAt.toISOString(), read)
  }
})

for (const [name, call] of Object.entries(OPERATIONS)) {
  test(`${name} never throws synchronously`, async (t) => {
    const { server, client } = await clientFor(t)
    for (const options of [{ colour: 1 }, { timeout: 'soon' }, 5, 'x', [], { signal: {} }]) {
      const error = await caught(call(client, options))
      assert.equal(error.constructor, ConfigError, `${inspect(options)}: ${inspect(error)}`)
      assert.equal(error.outcome, 'not_sent')
      assert.ok(error.stack.includes('examples.mjs'), error.stack)
    }
    client.close()
    assert.equal((await caught(call(client))).constructor, ClosedError)
    assert.deepEqual(await server.requests(), [])
  })

  test(`${name} accepts options, and works without`, async (t) => {
    const { server, client } = await clientFor(t)
    const headers = { 'X-Shop': '1' }
    await server.fault({ status: 404, times: 0 })
    for (const options of [
      { headers, timeout: 5000 },
      { headers, maxRetries: 0, signal: undefined, deadline: null },
    ]) {
      assert.equal((await caught(call(client, options))).constructor, NotFoundError)
      assert.equal((await server.requests()).at(-1).headers['x-shop'], '1')
    }
    assert.equal((await caught(call(client, null))).constructor, NotFoundError)
  })
}

test('an invalid id is rejected', async (t) => {
  const { server, client } = await clientFor(t)
  for (const id of [undefined, null, '', 5, {}, ['msg_1'], '\ud800', Symbol('x')]) {
    const found = [
      client.messages.get(id),
      client.campaigns.get(id),
      client.contacts.delete(id),
      client.messages.wait(id),
    ]
    for (const error of await Promise.all(found.map(caught))) {
      assert.equal(error.details?.field, 'id', inspect(error))
      assert.deepEqual([error.outcome, error.attempts], ['not_sent', 0])
    }
  }
  assert.equal((await caught(client.messages.get())).constructor, InvalidRequestError)
  assert.deepEqual(await server.requests(), [])
})

test('the resources of a client can be replaced in tests', async (t) => {
  const { client } = await clientFor(t)
  assert.deepEqual(Object.keys(client).sort(), [
    'campaigns',
    'contacts',
    'credits',
    'messages',
    'senderIds',
    'webhooks',
  ])
  t.mock.method(client.credits, 'get', async () => ({ credits: 1, currency: 'USD', extra: {} }))
  assert.equal((await client.credits.get()).credits, 1)
  client.messages = { send: async () => 'sent' }
  assert.equal(await client.messages.send(SMS), 'sent')
})

test('missing required parameters are rejected', async (t) => {
  const { server, client } = await clientFor(t)
  const required = [
    [(params) => client.messages.send(params), SMS, ['channel', 'to', 'from', 'body']],
    [(params) => client.campaigns.create(params), CAMPAIGN, ['name', 'channel', 'contactListId', 'senderId', 'body']],
    [(params) => client.contacts.create(params), CONTACT, ['name', 'phone']],
    [(params) => client.webhooks.create(params), WEBHOOK, ['url', 'events']],
  ]
  for (const [create, whole, names] of required) {
    for (const name of names) {
      const { [name]: left, ...others } = whole
      for (const params of [others, { ...others, [name]: undefined }, { ...others, [name]: null }]) {
        const error = await caught(create(params))
        assert.ok(error.details.field.startsWith(name), `${name}: ${inspect(error.details)}`)
        assert.ok(error.message.startsWith(`\`${name}`), error.message)
        assert.deepEqual([error.outcome, error.attempts, left === undefined], ['not_sent', 0, false])
      }
    }
    for (const nothing of [undefined, null, {}]) assert.equal((await caught(create(nothing))).outcome, 'not_sent')
  }
  assert.deepEqual(await server.requests(), [])
})
