// Values in place of plain objects: instances without own properties, such as a `Map`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { CAMPAIGN, caught, clientFor, SMS, thrown, WEBHOOK } from './examples.mjs'
import { ConfigError, parseEvent, ValidationError } from './zexa.mjs'

const WHATSAPP = { channel: 'whatsapp', to: '+244912345678', from: 'ZEXA' }
const pairs = [['name', 'order_shipped']]

/** Values that are not objects of names and values, by their description in errors. */
const OTHERS = {
  'an instance of Map': new Map(pairs),
  'an instance of Set': new Set(['name']),
  'an instance of URLSearchParams': new URLSearchParams(pairs),
  'an instance of Headers': new Headers(pairs),
  'an instance of Promise': Promise.resolve(),
  'an instance of WeakMap': new WeakMap(),
  'an array': ['name'],
}

/** Values that are rejected even if they are empty. */
const EMPTY = { 'an instance of Map': new Map(), 'an instance of FormData': new FormData(), 'an array': [] }

/** Checks that a call rejects its argument, and names the field. */
async function rejected(call, field, ErrorClass = ValidationError) {
  const error = await caught(call)
  assert.equal(error.constructor, ErrorClass, inspect(error))
  assert.equal(error.details.field, field, inspect(error))
  assert.deepEqual([error.outcome, error.attempts], ['not_sent', 0])
  assert.match(error.stack, /containers\.test\.mjs/)
  return error
}

for (const [name, value] of [...Object.entries(OTHERS), ...Object.entries(EMPTY)]) {
  const size = inspect(value).length < 20 ? ', empty,' : ''
  test(`${name}${size} is rejected as template, parameters, options and body`, async (t) => {
    const { server, client } = await clientFor(t)
    const named = new RegExp(` not ${name}$`)
    assert.match((await rejected(client.messages.send({ ...WHATSAPP, template: value }), 'template')).message, named)
    for (const call of [
      client.messages.send(value),
      client.contacts.create(value),
      client.contacts.list(value),
      client.messages.wait('msg_1', value),
      client.request('GET', '/credits', value),
    ]) {
      const error = await caught(call)
      assert.equal(error.constructor, ValidationError, inspect(error))
      assert.match(error.message, named)
    }
    for (const call of [
      () => client.messages.send(SMS, value),
      () => client.credits.get(value),
      () => client.contacts.list({}, value),
      () => client.request('GET', '/credits', {}, value),
    ]) {
      const error = await caught(call())
      assert.equal(error.constructor, ConfigError, inspect(error))
      assert.match(error.message, named)
    }
    assert.match(thrown(() => client.withOptions(value)).message, named)
    if (!Array.isArray(value)) {
      const body = await rejected(client.request('POST', '/calls', { body: value }), 'body')
      assert.match(body.message, named)
    }
    assert.deepEqual(await server.requests(), [])
  })
}

test('a signal in place of the options is rejected', async (t) => {
  const { server, client } = await clientFor(t)
  const controller = new AbortController()
  for (const options of [controller.signal, controller, AbortSignal.timeout(60_000), AbortSignal.abort()]) {
    const named = options === controller ? /not an instance of AbortController$/ : /not an instance of AbortSignal$/
    for (const call of [
      () => client.messages.send(SMS, options),
      () => client.messages.get('msg_1', options),
      () => client.messages.wait('msg_1', {}, options),
      () => client.credits.get(options),
      () => client.contacts.delete('cnt_1', options),
      () => client.contacts.list({}, options).toArray(),
      () => client.request('GET', '/credits', {}, options),
    ]) {
      const error = await caught(call())
      assert.equal(error.constructor, ConfigError, inspect(error))
      assert.match(error.message, named)
    }
    assert.match(thrown(() => client.withOptions(options)).message, named)
  }
  assert.deepEqual(await server.requests(), [])
})

test('a Date, and a template whose toJSON() returns a string, are rejected', async (t) => {
  const { server, client } = await clientFor(t)
  for (const [template, said] of [
    [new Date(), /string/],
    [{ toJSON: () => 'order_shipped' }, /string/],
    [{ toJSON: () => ['order_shipped'] }, /array|has the wrong type/],
    [{ toJSON: () => null }, /null/],
    [new URL('https://shop.example'), /string/],
  ]) {
    assert.match((await rejected(client.messages.send({ ...WHATSAPP, template }), 'template')).message, said)
  }
  assert.deepEqual(await server.requests(), [])
})

test('toJSON() of an object is called once', async (t) => {
  const { server, client } = await clientFor(t)
  let calls = 0
  const toJSON = () => {
    calls += 1
    return { name: `template_${calls}` }
  }
  await client.messages.send({ ...WHATSAPP, template: { toJSON } })
  await client.request('POST', '/messages', { body: { ...SMS, body: { toJSON } } }).catch(() => {})
  const sent = (await server.requests()).map((request) => request.body)
  assert.deepEqual([sent[0].template, sent[1].body], [{ name: 'template_1' }, { name: 'template_2' }])
  assert.equal(calls, 2)
})

test('instances with own properties are accepted', async (t) => {
  const { server, client } = await clientFor(t)
  class Params {
    constructor() {
      Object.assign(this, SMS)
    }
  }
  class Options {
    maxRetries = 0
  }
  await client.messages.send(new Params(), new Options())
  await client.messages.send(Object.assign(Object.create(null), SMS), Object.create(null))
  await client.messages.send(SMS, {})
  assert.equal((await server.messages()).length, 3)
})

test('a header without a value is not sent', async (t) => {
  const { server, client } = await clientFor(t)
  for (const nothing of [undefined, null]) {
    const headers = { 'X-Shop': nothing, 'X-Other': '2' }
    await client.credits.get({ headers })
    await client.withOptions({ headers }).credits.get()
    await client.contacts.list({}, { headers: Object.entries(headers) })
    for (const { headers } of (await server.requests()).slice(-3)) {
      assert.deepEqual([headers['x-shop'], headers['x-other']], [undefined, '2'])
    }
  }
})

test('toArray() without a limit, or with Infinity, returns all items', async (t) => {
  const { client } = await clientFor(t, {}, { state: { contacts_count: 23 } })
  const list = client.contacts.list({ perPage: 5 })
  for (const limit of [Number.POSITIVE_INFINITY, undefined, null, 24]) {
    assert.equal((await list.toArray({ limit })).length, 23)
  }
  for (const limit of [Number.NEGATIVE_INFINITY, Number.NaN, -1, 0.5, '5']) {
    await rejected(list.toArray({ limit }), 'limit')
  }
})

test('a list uses the parameters at the time of list()', async (t) => {
  const { server, client } = await clientFor(t, {}, { state: { contacts_count: 12 } })
  const params = { search: 'a', perPage: 5 }
  const options = { headers: { 'X-Shop': '1' } }
  const list = client.contacts.list(params, options)
  Object.assign(params, { search: 'b', perPage: 0, novel: 1 })
  options.headers['X-Shop'] = '2'
  options.maxRetries = -1
  await list
  await list.toArray()
  for await (const _ of list.pages());
  for (const { query, headers } of await server.requests()) {
    assert.deepEqual([query.search, query.per_page, headers['x-shop']], ['a', '5', '1'])
  }
})

test('a list with invalid parameters always rejects', async (t) => {
  const { server, client } = await clientFor(t)
  const params = { perPage: 'all' }
  const list = client.contacts.list(params)
  params.perPage = 5
  await rejected(list, 'perPage')
  await rejected(list.toArray(), 'perPage')
  assert.deepEqual(await server.requests(), [])
})

test('an already parsed event is rejected', () => {
  const error = thrown(() => parseEvent({ id: 'evt_1', event: 'message.delivered' }))
  assert.equal(error.constructor, ValidationError)
  assert.equal(
    error.message,
    '`body` must be a string or a Uint8Array, the unparsed body of the request, not an object',
  )
  assert.equal(error.details.field, 'body')
  assert.match(thrown(() => parseEvent(new Map())).message, /not an instance of Map$/)
})

test('error messages use the JavaScript names of options', async (t) => {
  const { client } = await clientFor(t)
  const names = /allow_http|api_key|base_url|ca_file|contact_list_id|per_page/
  const errors = [
    thrown(() => client.constructor && new client.constructor({ apiKey: 'k', baseUrl: 'http://api.zexa.example/v1' })),
    thrown(() => new client.constructor({ apiKey: 'k y' })),
    thrown(() => new client.constructor({ apiKey: 'k', caFile: 'no-such-file.pem' })),
    await caught(client.campaigns.create({ name: 'x', channel: 'sms', senderId: 'ZEXA', body: 'x' })),
    await caught(client.contacts.list({ perPage: 1000 })),
    await caught(client.webhooks.create({ ...WEBHOOK, url: 'http://shop.example' })),
  ]
  for (const { message, details } of errors) {
    assert.doesNotMatch(`${message} ${JSON.stringify(details)}`, names)
    if (details?.reason) assert.ok(message.includes(details.reason), `${message} | ${details.reason}`)
  }
  assert.match(errors[0].details.reason, /allowHttp/)
})

class Order {
  #number = 1
  get number() {
    return this.#number
  }
}

const LOST = [
  [Buffer.from('x'), '', 'an instance of Buffer'],
  [{ variables: Buffer.from('x') }, '.variables', 'an instance of Buffer'],
  [{ variables: [new Uint8Array(1)] }, '.variables[0]', 'an instance of Uint8Array'],
  [{ variables: new ArrayBuffer(1) }, '.variables', 'an instance of ArrayBuffer'],
  [{ variables: new Map([['a', 'b']]) }, '.variables', 'an instance of Map'],
  [{ a: [{ b: new Set(['x']) }] }, '.a[0].b', 'an instance of Set'],
  [{ a: { b: Promise.resolve('x') } }, '.a.b', 'an instance of Promise'],
  [{ order: new Order() }, '.order', 'an instance of Order'],
  [{ error: new RangeError('x') }, '.error', 'an instance of RangeError'],
  [{ variables: ['a', Number.NaN] }, '.variables[1]', 'NaN'],
  [{ total: Number.POSITIVE_INFINITY }, '.total', 'Infinity'],
  [{ total: -1 / 0 }, '.total', '-Infinity'],
  [{ total: 1n }, '.total', 'a bigint'],
  [{ at: new Date(Number.NaN) }, '.at', 'an invalid Date'],
]
for (const [value, where, what] of LOST) {
  test(`a value that JSON cannot express is rejected: ${where} ${what}`, async (t) => {
    const { server, client } = await clientFor(t)
    const template = value instanceof Buffer ? value : { name: 'order_ready', ...value }
    for (const [call, field] of [
      [client.messages.send({ ...WHATSAPP, template }), 'template'],
      [client.campaigns.create({ ...CAMPAIGN, template }), 'template'],
      [client.request('POST', '/messages', { body: template }), 'body'],
    ]) {
      const { message } = await rejected(call, field)
      assert.equal(message, `\`${field}${where}\` must be a value that JSON can express, not ${what}`)
    }
    assert.deepEqual(await server.requests(), [])
  })
}

test('other values are sent as JSON.stringify() converts them', async (t) => {
  const { server, client } = await clientFor(t)
  const shared = { a: 1 }
  const template = {
    name: 'order_ready',
    variables: [new Date(0), new String('x'), new Number(1), new Boolean(false), null, '', 0, shared, shared],
    url: new URL('https://shop.example'),
    bare: Object.assign(Object.create(null), { b: [] }),
    left_out: undefined,
  }
  await client.messages.send({ ...WHATSAPP, template })
  assert.deepEqual((await server.requests())[0].body.template, JSON.parse(JSON.stringify(template)))
})
