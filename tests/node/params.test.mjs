// The parameters of operations: accepted values, and those that are rejected before anything is sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { CAMPAIGN, CONTACT, caught, clientFor, SMS, WEBHOOK } from './examples.mjs'
import { InvalidRequestError, ValidationError } from './zexa.mjs'

const TEMPLATE = { name: 'order_shipped', language: 'pt', variables: { 1: 'Ana' } }
const WHATSAPP = { channel: 'whatsapp', to: '+244912345678', from: 'ZEXA' }

/** Operations with parameters, each with valid ones. */
const TAKING = {
  'messages.send': [SMS, (client, params) => client.messages.send(params)],
  'campaigns.create': [CAMPAIGN, (client, params) => client.campaigns.create(params)],
  'contacts.create': [CONTACT, (client, params) => client.contacts.create(params)],
  'webhooks.create': [WEBHOOK, (client, params) => client.webhooks.create(params)],
  'contacts.list': [{}, (client, params) => client.contacts.list(params).toArray()],
  'senderIds.list': [{}, (client, params) => client.senderIds.list(params).toArray()],
  'campaigns.list': [{}, (client, params) => client.campaigns.list(params).toArray()],
  'messages.wait': [{}, (client, params) => client.messages.wait('msg_1', params)],
  'campaigns.wait': [{}, (client, params) => client.campaigns.wait('cmp_1', params)],
}
const TEXTS = {
  'messages.send': ['channel', 'to', 'from', 'body', 'subject', 'html', 'templateId'],
  'campaigns.create': ['name', 'channel', 'contactListId', 'senderId', 'body', 'templateId'],
  'contacts.create': ['name', 'phone', 'email'],
  'webhooks.create': ['url'],
  'contacts.list': ['listId', 'search'],
  'messages.wait': ['until'],
  'campaigns.wait': ['until'],
}

/** The error of a call that is rejected before anything is sent. It must name the parameter. */
async function rejected(call, name) {
  const error = await caught(call)
  assert.ok(error instanceof ValidationError || error instanceof InvalidRequestError, inspect(error))
  assert.ok(error.message.startsWith(`\`${name}`), error.message)
  assert.ok(error.details.field.startsWith(name), inspect(error.details))
  assert.deepEqual([error.outcome, error.attempts, error.status], ['not_sent', 0, undefined])
  assert.ok(error.safeToRetry)
  return error
}

async function lastBody(server) {
  return (await server.requests()).at(-1).body
}

for (const [operation, names] of Object.entries(TEXTS)) {
  test(`${operation}: a string parameter of another type is rejected`, async (t) => {
    const { server, client } = await clientFor(t)
    const [whole, call] = TAKING[operation]
    for (const name of names) {
      for (const value of [5, true, 5n, ['x'], {}, new Date(), Buffer.from('x'), Symbol('x'), () => 'x']) {
        const error = await rejected(call(client, { ...whole, [name]: value }), name)
        assert.equal(error.constructor, ValidationError)
        assert.match(error.message, /string/)
      }
      await rejected(call(client, { ...whole, [name]: 'a\ud800b' }), name)
      await rejected(call(client, { ...whole, [name]: '\udc00' }), name)
    }
    assert.deepEqual(await server.requests(), [])
  })
}

for (const [operation, [whole, call]] of Object.entries(TAKING)) {
  test(`${operation}: the error about an unknown parameter lists the known ones`, async (t) => {
    const { server, client } = await clientFor(t)
    for (const name of ['colour', 'from_', 'scheduled_at', 'per_page', 'page', '__proto__', 'constructor', '']) {
      const error = await rejected(call(client, { ...whole, [name]: 'x' }), name)
      const known = TEXTS[operation] ?? ['perPage']
      for (const one of known) assert.ok(error.message.includes(one), error.message)
    }
    assert.deepEqual(await server.requests(), [])
  })

  test(`${operation}: the error about a misplaced option says what is right`, async (t) => {
    const { server, client } = await clientFor(t)
    for (const name of ['timeout', 'signal', 'retryAmbiguous']) {
      const { message } = await rejected(call(client, { ...whole, [name]: 1 }), name)
      const start = `\`${name}\` is an option of the call: pass it in the last argument. The parameters of ${operation} are `
      assert.ok(message.startsWith(start), message)
    }
    const { message } = await rejected(call(client, { ...whole, apiKey: 'x' }), 'apiKey')
    assert.match(message, /^`apiKey` is an option of the client: pass it to new Zexa\(\)\. /)
    const misspelt = (TEXTS[operation] ?? ['perPage'])[0].toUpperCase()
    const { details } = await rejected(call(client, { ...whole, [misspelt]: 'x' }), misspelt)
    assert.match(details.reason, /^is unknown; did you mean \w+\? The parameters of /)
    assert.deepEqual(await server.requests(), [])
  })

  test(`${operation}: the parameters must be an object`, async (t) => {
    const { server, client } = await clientFor(t)
    for (const params of ['+244912345678', 5, true, [whole], () => whole, Symbol('x')]) {
      const error = await caught(call(client, params))
      assert.equal(error.constructor, ValidationError, inspect(error))
      assert.match(error.message, /must be an object/)
      assert.ok(!error.message.includes('+244'))
    }
    assert.deepEqual(await server.requests(), [])
  })

  test(`${operation}: null and undefined count as absent`, async (t) => {
    const { server, client } = await clientFor(t, { maxRetries: 0 })
    const names = [...(TEXTS[operation] ?? []), 'colour', 'perPage'].filter((name) => !(name in whole))
    for (const nothing of [null, undefined]) {
      const params = Object.freeze({ ...Object.fromEntries(names.map((name) => [name, nothing])), ...whole })
      await call(client, params).catch((error) => assert.ok([404, 409].includes(error.status), inspect(error)))
    }
    const [first, second] = await server.requests()
    assert.deepEqual([second.body, second.query], [first.body, first.query])
    assert.ok(!Object.values(first.body ?? first.query).includes(null))
  })
}

test('a time may be a Date', async (t) => {
  const { server, client } = await clientFor(t)
  const scheduledAt = new Date('2036-07-01T10:00:00.123+01:00')
  for (const call of [
    client.messages.send({ ...SMS, scheduledAt }),
    client.campaigns.create({ ...CAMPAIGN, scheduledAt }),
  ]) {
    const created = await call
    assert.deepEqual(created.scheduledAt, scheduledAt)
    assert.equal(Date.parse((await lastBody(server)).scheduled_at), scheduledAt.getTime())
  }
})

test('a time may be a string with an offset', async (t) => {
  const { server, client } = await clientFor(t)
  for (const scheduledAt of ['2036-07-01T09:00:00Z', '2036-07-01T10:00:00+01:00', '2036-07-01T08:30:00.000-00:30']) {
    const message = await client.messages.send({ ...SMS, scheduledAt })
    assert.equal(message.scheduledAt.toISOString(), '2036-07-01T09:00:00.000Z')
  }
  const sent = (await server.requests()).length
  for (const scheduledAt of ['tomorrow', '', '2036-07-01', '2036-07-01T09:00:00', '2036-02-30T09:00:00Z', '1000']) {
    await rejected(client.messages.send({ ...SMS, scheduledAt }), 'scheduledAt')
    await rejected(client.campaigns.create({ ...CAMPAIGN, scheduledAt }), 'scheduledAt')
  }
  assert.equal((await server.requests()).length, sent)
})

test('an invalid time is rejected', async (t) => {
  const { server, client } = await clientFor(t)
  const far = [new Date(8.64e15), new Date(-8.64e15)]
  const others = [new Date('never'), 2036, Date.now(), {}, { toISOString: () => 'x' }, [new Date()], true, '\ud800']
  for (const scheduledAt of [...far, ...others]) {
    await rejected(client.messages.send({ ...SMS, scheduledAt }), 'scheduledAt')
  }
  assert.deepEqual(await server.requests(), [])
})

test('a Date may be of another realm or a subclass', async (t) => {
  const { client } = await clientFor(t)
  class Moment extends Date {}
  const foreign = runInContext('new Date("2036-07-01T09:00:00Z")', createContext())
  for (const scheduledAt of [new Moment('2036-07-01T09:00:00Z'), foreign]) {
    const message = await client.messages.send({ ...SMS, scheduledAt })
    assert.equal(message.scheduledAt.toISOString(), '2036-07-01T09:00:00.000Z')
  }
})

test('a template is an object', async (t) => {
  const { server, client } = await clientFor(t)
  class Template {
    name = 'order_shipped'
    language = 'pt'
    variables = { 1: 'Ana' }
  }
  for (const template of [
    TEMPLATE,
    new Template(),
    { toJSON: () => TEMPLATE },
    Object.assign(Object.create(null), TEMPLATE),
  ]) {
    await client.messages.send({ ...WHATSAPP, template })
    assert.deepEqual((await lastBody(server)).template, TEMPLATE)
  }
  const odd = {
    ...TEMPLATE,
    variables: { a_b: '\\ud800', camelCase: [null, 1.5, -0, 1e21, true, {}], 'ü"': new Date(0) },
  }
  await client.messages.send({ ...WHATSAPP, template: odd })
  assert.deepEqual((await lastBody(server)).template, JSON.parse(JSON.stringify(odd)))
})

test('a template of another type is rejected', async (t) => {
  const { server, client } = await clientFor(t)
  for (const template of ['order_shipped', 5, true, ['order_shipped'], () => TEMPLATE, { toJSON: () => 5 }]) {
    await rejected(client.messages.send({ ...WHATSAPP, template }), 'template')
  }
  assert.deepEqual(await server.requests(), [])
})

test('a template that JSON cannot express is rejected', async (t) => {
  const { server, client } = await clientFor(t)
  const circular = { ...TEMPLATE }
  circular.variables = { circular }
  const broken = {
    toJSON() {
      throw new RangeError('mine')
    },
  }
  const none = { toJSON: () => undefined }
  const half = [{ a: '\ud800' }, { '\udfff': 1 }, { a: ['x', { b: '\\\ud800' }] }]
  for (const template of [circular, { a: 1n }, broken, none, ...half]) {
    await rejected(client.messages.send({ ...WHATSAPP, template }), 'template')
  }
  const error = await rejected(client.messages.send({ ...WHATSAPP, template: { variables: broken } }), 'template')
  assert.deepEqual([error.cause?.constructor, error.cause?.message], [RangeError, 'mine'])
  assert.deepEqual(await server.requests(), [])
})

test('array parameters must contain strings', async (t) => {
  const { server, client } = await clientFor(t)
  for (const value of [
    '*',
    5,
    {},
    { 0: '*' },
    new Set(['*']),
    ['message.sent', 5],
    ['*', null],
    ['*', undefined],
    ['\ud800'],
    [['*']],
  ]) {
    await rejected(client.webhooks.create({ ...WEBHOOK, events: value }), 'events')
    await rejected(client.contacts.create({ ...CONTACT, lists: value }), 'lists')
  }
  await rejected(client.webhooks.create({ ...WEBHOOK, events: [] }), 'events')
  const error = await rejected(client.webhooks.create({ ...WEBHOOK, events: ['*', 5] }), 'events')
  assert.match(error.message, /\[1\]/)
  assert.deepEqual(await server.requests(), [])
  await client.contacts.create({ ...CONTACT, lists: Object.freeze(['lst_demo', 'lst_abc123']) })
  assert.deepEqual((await lastBody(server)).lists, ['lst_demo', 'lst_abc123'])
})

test('an invalid perPage is rejected', async (t) => {
  const { server, client } = await clientFor(t)
  for (const perPage of [0, 101, -1, 1.5, 2 ** 32, 2 ** 70, Number.NaN, '5', 5n, true, [5], new Date()]) {
    for (const list of [
      client.contacts.list({ perPage }),
      client.senderIds.list({ perPage }),
      client.campaigns.list({ perPage }),
    ]) {
      await rejected(list.toArray(), 'perPage')
      await rejected(list, 'perPage')
    }
  }
  assert.deepEqual(await server.requests(), [])
})

test('the error about an invalid phone number does not contain it', async (t) => {
  const { server, client } = await clientFor(t)
  for (const number of [
    '955666777',
    '+',
    '+0955666777',
    '00955666777',
    '+955 666 777',
    '+9556667770123456',
    '+९५५६६६७७७',
  ]) {
    for (const error of [
      await rejected(client.messages.send({ ...SMS, to: number }), 'to'),
      await rejected(client.contacts.create({ ...CONTACT, phone: number }), 'phone'),
    ]) {
      assert.equal(error.details.value, number)
      assert.doesNotMatch(`${error.stack} ${inspect(error)} ${JSON.stringify(error)}`, /955666777|4711/)
    }
  }
  assert.deepEqual(await server.requests(), [])
})

test('a getter is called once, and its exception rejects the call', async (t) => {
  const { client } = await clientFor(t)
  let reads = 0
  const params = {
    ...SMS,
    get body() {
      reads += 1
      return `read ${reads}`
    },
  }
  assert.equal((await client.messages.send(params)).body, 'read 1')
  const error = new RangeError('mine')
  const broken = {
    ...SMS,
    get to() {
      throw error
    },
  }
  assert.equal(await caught(client.messages.send(broken)), error)
})
