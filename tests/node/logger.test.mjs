// The logger of a client: one record per attempt, with fields, and nothing private.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { collect } from './collect.mjs'
import { CONTACT, caught, clientFor, PRIVATE, SMS } from './examples.mjs'
import { Zexa } from './zexa.mjs'

/** A logger that stores its records. */
function keeper() {
  const lines = []
  const keep = (level) => (message, fields) => lines.push({ level, message, fields })
  return { lines, debug: keep('debug'), info: keep('info') }
}

/** A client with a logger that stores its records. */
async function logged(t, options) {
  const logger = keeper()
  return { ...(await clientFor(t, { ...options, logger })), lines: logger.lines, logger }
}

test('each attempt is a record', async (t) => {
  const { server, client, lines } = await logged(t)
  await server.fault({ method: 'GET', status: 503 })
  const message = await client.messages.send(SMS)
  await client.messages.get(message.id)
  const [sent, failed, got] = lines
  assert.equal(lines.length, 3)
  assert.match(sent.message, /POST \/messages attempt 1: 201 ok/)
  assert.match(failed.message, /GET \/messages\/\{id\} attempt 1: 503 server/)
  assert.match(got.message, /GET \/messages\/\{id\} attempt 2: 200 ok/)
  assert.deepEqual(
    lines.map((line) => line.level),
    ['debug', 'info', 'debug'],
  )
})

test('a record has fields', async (t) => {
  const { server, client, lines } = await logged(t)
  await server.fault({ method: 'GET', status: 503 })
  await client.credits.get()
  const [failed, got] = lines.map((line) => line.fields)
  const { elapsed, requestId, ...others } = failed
  assert.deepEqual(others, { method: 'GET', route: '/credits', attempt: 1, status: 503, kind: 'server' })
  assert.equal(typeof requestId, 'string')
  const { elapsed: later, ...rest } = got
  assert.deepEqual(rest, { method: 'GET', route: '/credits', attempt: 2, status: 200 })
  for (const time of [elapsed, later]) assert.ok(typeof time === 'number' && time > 0, String(time))
})

test('without a response there is no status', async () => {
  const logger = keeper()
  const client = new Zexa({ apiKey: 'k', baseUrl: 'http://127.0.0.1:9', maxRetries: 0, logger })
  await caught(client.credits.get())
  const [{ level, fields }] = logger.lines
  assert.deepEqual([level, fields.kind, 'status' in fields, 'requestId' in fields], ['info', 'connect', false, false])
})

test('the record of an attempt comes before the result of the call', async (t) => {
  const { client, lines } = await logged(t)
  for (let count = 1; count <= 20; count += 1) {
    await client.credits.get()
    assert.equal(lines.length, count)
  }
})

test('a list that ends short of its total causes a warning', async (t) => {
  const logger = keeper()
  logger.warn = (message, fields) => logger.lines.push({ level: 'warn', message, fields })
  const { server, client } = await clientFor(t, { logger })
  const body = { data: [], meta: { total: 2, page: 1, per_page: 50 } }
  await server.fault({ path: '/contacts', times: 0, status: 200, body })
  assert.deepEqual(await client.contacts.list({ search: '912345678' }).toArray(), [])
  assert.deepEqual(
    logger.lines.map((line) => line.level),
    ['debug', 'debug', 'warn'],
  )
  assert.deepEqual(logger.lines[2], {
    level: 'warn',
    message: 'GET /contacts: the list ended with fewer items than the total that the API reported',
    fields: { method: 'GET', route: '/contacts' },
  })
})

test('a field in an unexpected form causes one warning', async (t) => {
  const logger = keeper()
  logger.warn = (message, fields) => logger.lines.push({ level: 'warn', message, fields })
  const { server, client } = await clientFor(t, { logger })
  const body = { id: 'msg_1', status: 'queued', channel: 'sms', to: { number: '912345678' } }
  await server.fault({ path: '/messages/*', times: 0, status: 200, body })
  for (let count = 0; count < 2; count += 1) assert.equal((await client.messages.get('msg_1')).to, undefined)
  assert.deepEqual(
    logger.lines.filter((line) => line.level === 'warn').map((line) => line.message),
    [
      'GET /messages/{id}: `to` of `Message` has an unexpected form; its raw value is in `extra`',
      'GET /messages/{id}: the response lacks the documented field `created_at` of `Message`',
    ],
  )
})

test('a logger without warn receives no warnings', async (t) => {
  const { server, client, lines } = await logged(t)
  const body = { data: [], meta: { total: 2, page: 1, per_page: 50 } }
  await server.fault({ path: '/contacts', times: 0, status: 200, body })
  assert.deepEqual(await client.contacts.list().toArray(), [])
  assert.deepEqual(
    lines.map((line) => line.level),
    ['debug', 'debug'],
  )
})

test('every page of a list is an attempt, and a derived client has the same logger', async (t) => {
  const { client, lines } = await logged(t)
  assert.equal((await client.withOptions({ maxRetries: 1 }).contacts.list({ perPage: 1 }).toArray()).length, 5)
  assert.ok(lines.length >= 5)
  assert.ok(lines.every((line) => line.fields.route === '/contacts'))
})

test('a derived client keeps the logger alive', async (t) => {
  const { server } = await clientFor(t)
  const lines = []
  const derive = () => {
    const logger = { debug: (message) => lines.push(message), info() {} }
    return new Zexa({ ...server.options, logger }).withOptions({ maxRetries: 1 })
  }
  const client = derive()
  for (let times = 0; times < 3; times += 1) {
    await turn()
    collect()
  }
  await client.credits.get()
  assert.equal(lines.length, 1)
})

test('each client has its own logger', async (t) => {
  const { server, client, lines } = await logged(t)
  const other = keeper()
  await new Zexa({ ...server.options, logger: other }).credits.get()
  await new Zexa(server.options).credits.get()
  assert.deepEqual([lines.length, other.lines.length], [0, 1])
  await client.credits.get()
  assert.deepEqual([lines.length, other.lines.length], [1, 1])
})

test('a call that is rejected locally is not an attempt', async (t) => {
  const { client, lines } = await logged(t)
  await caught(client.messages.send({ ...SMS, to: 'nowhere' }))
  assert.deepEqual(lines, [])
})

test('nothing private is logged', async (t) => {
  const { server, client, lines } = await logged(t)
  const message = await client.messages.send(SMS)
  await client.messages.get(message.id)
  const contact = await client.contacts.create(CONTACT)
  await client.contacts.list({ search: 'Ana Domingos' }).toArray()
  await client.contacts.delete(contact.id)
  await client.request('GET', '/contacts', { query: { search: '+244923456789' } })
  assert.equal(lines.length, 6)
  const shown = JSON.stringify(lines)
  for (const secret of [...PRIVATE, server.apiKey, message.id, contact.id]) assert.ok(!shown.includes(secret), secret)
})

test('a logger may be an instance of any class', async (t) => {
  class Mine {
    #lines = []
    debug(message) {
      this.#lines.push(message)
    }
    info() {}
    get count() {
      return this.#lines.length
    }
  }
  const logger = new Mine()
  const { client } = await clientFor(t, { logger })
  await client.credits.get()
  assert.equal(logger.count, 1)
})

test('console is a logger', async (t) => {
  const debug = t.mock.method(console, 'debug', () => {})
  const { client } = await clientFor(t, { logger: console })
  await client.credits.get()
  assert.match(debug.mock.calls[0].arguments[0], /GET \/credits attempt 1: 200 ok/)
})

const THROWN = {
  'an error': new Error('broken logger'),
  text: 'broken',
  nothing: undefined,
  null: null,
  'a number': 5,
  'an object': {},
}

for (const [name, thrown] of Object.entries(THROWN)) {
  test(`a logger that throws ${name} does not affect calls`, async (t) => {
    const broken = () => {
      throw thrown
    }
    const { server, client } = await clientFor(t, { logger: { debug: broken, info: broken } })
    await server.fault({ method: 'GET', status: 503 })
    const warned = once(process, 'warning')
    const all = await Promise.all([client.messages.send(SMS), client.credits.get(), client.messages.send(SMS)])
    assert.equal(all.length, 3)
    assert.equal((await server.messages()).length, 2)
    const [warning] = await warned
    assert.ok(warning instanceof Error)
  })
}

test('a logger that rejects does not affect calls', async (t) => {
  const broken = async () => {
    throw new Error('broken logger')
  }
  const { server, client } = await clientFor(t, { logger: { debug: broken, info: broken } })
  const warned = once(process, 'warning')
  assert.equal((await client.messages.send(SMS)).status, 'queued')
  assert.equal((await server.messages()).length, 1)
  assert.match((await warned)[0].message, /logger/)
})

test('a logger may use the client, and close it', async (t) => {
  const server = (await clientFor(t)).server
  const seen = []
  const logger = {
    debug: (_, { route }) => {
      seen.push(route)
      if (route === '/credits') seen.push(client.senderIds.list().page(1))
      else client.close()
    },
    info() {},
  }
  const client = new Zexa({ ...server.options, logger })
  assert.equal((await client.credits.get()).credits, 4250)
  assert.equal((await seen[1]).total > 0, true)
  assert.deepEqual([seen[0], seen[2]], ['/credits', '/sender-ids'])
  assert.equal((await caught(client.credits.get())).kind, 'closed')
})
