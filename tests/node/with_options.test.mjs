// `withOptions` and `close`: clients that share their connections.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caught, clientFor, OPERATIONS, SMS, thrown } from './examples.mjs'
import { ClosedError, ConfigError, ServerError, Zexa } from './zexa.mjs'

test('options of a call take precedence over those of a derived client', async (t) => {
  const { server, client } = await clientFor(t)
  const derived = client.withOptions({ maxRetries: 0, headers: { 'X-One': '1', 'X-Two': '2' } })
  assert.equal(derived.constructor, Zexa)
  await server.fault({ status: 503, times: 0 })
  const once = await caught(derived.credits.get({ headers: { 'X-Two': '3' } }))
  assert.deepEqual([once.constructor, once.attempts], [ServerError, 1])
  const { headers } = (await server.requests())[0]
  assert.deepEqual([headers['x-one'], headers['x-two']], ['1', '3'])
  assert.equal((await caught(derived.credits.get({ maxRetries: 1 }))).attempts, 2)
})

test('options accumulate, and the original client keeps its own', async (t) => {
  const { server, client } = await clientFor(t, { maxRetries: 0 })
  const one = client.withOptions({ headers: { 'X-One': '1' } })
  const two = one.withOptions({ headers: { 'X-Two': '2' }, maxRetries: 1 })
  for (const each of [client, one, two]) await each.credits.get()
  const sent = (await server.requests()).map(({ headers }) => [headers['x-one'], headers['x-two']])
  assert.deepEqual(sent, [
    [undefined, undefined],
    ['1', undefined],
    ['1', '2'],
  ])
  await server.fault({ status: 503, times: 0 })
  assert.equal((await caught(one.credits.get())).attempts, 1)
  assert.equal((await caught(two.credits.get())).attempts, 2)
})

test('a derived client shares the connections', async (t) => {
  const { server, client } = await clientFor(t)
  await client.credits.get()
  await client.withOptions({ maxRetries: 0 }).credits.get()
  await client.withOptions({ timeout: 5000 }).withOptions({ deadline: 5000 }).credits.get()
  await client.withOptions({}).credits.get()
  assert.equal((await server.state()).connections, 1)
  assert.equal(client.withOptions({}).baseUrl, client.baseUrl)
})

test('a signal of a derived client ends all its calls, and a signal of a call takes precedence', async (t) => {
  const { client } = await clientFor(t)
  const reason = { why: 'mine' }
  const derived = client.withOptions({ signal: AbortSignal.abort(reason) }).withOptions({ maxRetries: 0 })
  for (const [name, call] of Object.entries(OPERATIONS)) {
    const { kind, cause } = await caught(call(derived))
    assert.deepEqual([kind, cause], ['cancelled', reason], name)
  }
  assert.equal((await derived.credits.get({ signal: new AbortController().signal })).credits, 4250)
  assert.equal((await client.credits.get()).credits, 4250)
})

test('invalid options are rejected immediately', async (t) => {
  const { client } = await clientFor(t)
  const wrong = {
    timeout: ['soon', 0, -1, Number.NaN, '5', 5n],
    deadline: [[1], 0, {}],
    maxRetries: [1.5, -1, '3', 2 ** 32],
    retryAmbiguous: ['no', 0, 1],
    headers: [
      { 'X-Shop': 1 },
      ['X-Shop'],
      'X-Shop: 1',
      { 'X Shop': '1' },
      { 'X-Shop': 'a\nb' },
      { Authorization: 'x' },
    ],
    query: ['a=1', 5, new Map([['a', {}]]), { a: {} }, { a: Number.NaN }, { a: [[1]] }, { a: 5n }, { a: '\ud800' }],
    body: [
      'x',
      5,
      true,
      [1],
      new Map(),
      Buffer.from('x'),
      { a: Number.NaN },
      { a: [new Set()] },
      { a: 5n },
      { a: '\ud800' },
    ],
    signal: [{}, 'x', new AbortController(), { aborted: true }, EventTarget],
    colour: ['red'],
    apiKey: ['zx_other'],
    baseUrl: ['https://api.zexa.example'],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const error = thrown(() => client.withOptions({ [name]: value }))
      assert.equal(error.constructor, ConfigError)
      assert.ok(error.message.startsWith(`\`${name}`), error.message)
      assert.match(error.stack, /with_options\.test\.mjs/)
      const late = await caught(client.credits.get({ [name]: value }))
      assert.deepEqual([late.constructor, late.message], [ConfigError, error.message])
      assert.deepEqual((await caught(client.contacts.list({}, { [name]: value }))).message, error.message)
    }
  }
  const { message } = thrown(() => client.withOptions({ colour: 'red' }))
  for (const known of ['signal', 'timeout', 'deadline', 'maxRetries', 'retryAmbiguous', 'headers', 'body', 'query']) {
    assert.ok(message.includes(known), message)
  }
  const start = '`apiKey` is an option of the client: pass it to new Zexa(). The options of a call are signal, '
  assert.ok(thrown(() => client.withOptions({ apiKey: 'k' })).message.startsWith(start))
  const { signal } = new AbortController()
  assert.match(
    (await caught(client.credits.get(signal))).message,
    /^the options of a call must be .*, such as \{ signal \},/,
  )
  for (const options of [5, 'x', [], () => {}])
    assert.equal(thrown(() => client.withOptions(options)).constructor, ConfigError)
})

test('undefined and null count as absent', async (t) => {
  const { server, client } = await clientFor(t)
  for (const nothing of [undefined, null]) {
    const names = [
      'signal',
      'timeout',
      'deadline',
      'maxRetries',
      'retryAmbiguous',
      'headers',
      'query',
      'body',
      'colour',
    ]
    const options = Object.fromEntries(names.map((name) => [name, nothing]))
    await client.withOptions(options).credits.get(options)
    await client.withOptions(nothing).credits.get(nothing)
  }
  assert.equal((await server.requests()).length, 4)
})

test('a closed client rejects calls', async (t) => {
  const { server, client } = await clientFor(t)
  assert.equal(client.close(), undefined)
  client.close()
  const error = await caught(client.messages.send(SMS))
  assert.deepEqual([error.constructor, error.outcome, error.attempts], [ClosedError, 'not_sent', 0])
  assert.deepEqual(await server.requests(), [])
})

test('closing a client closes its derived clients, and vice versa', async (t) => {
  const { server } = await clientFor(t)
  for (const which of [0, 1]) {
    const client = new Zexa(server.options)
    const both = [client, client.withOptions({ maxRetries: 0 })]
    both[which].close()
    for (const each of both) assert.equal((await caught(each.credits.get())).constructor, ClosedError)
    assert.equal((await caught(both[0].withOptions({}).credits.get())).constructor, ClosedError)
  }
})

test('an attempt in flight continues after close()', async (t) => {
  const { server, client } = await clientFor(t)
  await server.fault({ method: 'POST', delay: 0.5 })
  const call = client.messages.send(SMS)
  await server.requests(1)
  client.close()
  assert.equal((await call).status, 'queued')
})

test('a closed client closes its connections', async (t) => {
  const { server, client } = await clientFor(t)
  await client.credits.get()
  client.close()
  while ((await server.state()).open_connections > 0);
})

test('a resource outlives its client, and its methods can be bound', async (t) => {
  const { server } = await clientFor(t)
  const { credits, messages } = new Zexa(server.options)
  assert.equal((await credits.get()).credits, 4250)
  assert.equal((await messages.send.call(messages, SMS)).status, 'queued')
})
