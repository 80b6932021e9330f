// Bulk runs: results, sources, keys and options.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { withResolvers } from './abort_helpers.mjs'
import { asyncRows, ledgerFor, receivedTwice, resultsOf, row, rows } from './bulk_rows.mjs'
import { CONTACT, clientFor, thrown } from './examples.mjs'
import {
  ConfigError,
  DuplicateError,
  InDoubtError,
  InvalidRequestError,
  KeyReusedError,
  ValidationError,
  Zexa,
} from './zexa.mjs'

const SLOW = { process: true, delay: 0.2, times: 0 }

const numbers = (count) => Array.from({ length: count }, (_, number) => number)

test('every row has one result', async (t) => {
  const { server, client } = await clientFor(t)
  const path = ledgerFor(t)
  const run = client.messages.sendMany(rows(200), { ledger: path })
  assert.deepEqual([run.ledger, run.ledgerCreated], [path, true])
  const results = await resultsOf(run)
  assert.deepEqual(
    results.map(({ index }) => index).sort((one, other) => one - other),
    numbers(200),
  )
  for (const { index, message, ...rest } of results) {
    assert.deepEqual([message.to, message.body, message.status], [row(index).to, row(index).body, 'queued'])
    assert.ok(message.createdAt instanceof Date)
    const expected = { outcome: 'accepted', replayed: false, recorded: true }
    assert.deepEqual(rest, { idempotencyKey: `june-${index}`, ...expected })
  }
  assert.equal((await server.messages()).length, 200)
  const { pulled, accepted, inFlight, ledger } = run.stats()
  assert.deepEqual([pulled, accepted, inFlight, ledger], [200, 200, 0, path])
  assert.deepEqual(await run.next(), { value: undefined, done: true })
})

test('without a ledger, nothing is recorded', async (t) => {
  const { client } = await clientFor(t)
  const run = client.messages.sendMany(rows(3))
  assert.deepEqual([run.ledger, run.ledgerCreated], [undefined, false])
  assert.deepEqual(Object.keys(run), ['ledgerCreated'])
  for (const { recorded, replayed, outcome } of await resultsOf(run)) {
    assert.deepEqual([recorded, replayed, outcome], [false, false, 'accepted'])
  }
})

test('the ledger of the client is used', async (t) => {
  const ledger = ledgerFor(t)
  const { client } = await clientFor(t, { ledger })
  assert.ok((await resultsOf(client.messages.sendMany(rows(3)))).every((result) => result.recorded))
  assert.ok((await client.messages.send(row(1))).id)
})

test('results can be in the order of the rows', async (t) => {
  const fault = { ...SLOW, probability: 0.2, seed: 7 }
  const { client } = await clientFor(t, {}, { faults: [fault] })
  const results = await resultsOf(client.messages.sendMany(rows(100), { ordered: true }))
  assert.deepEqual(
    results.map(({ index }) => index),
    numbers(100),
  )
})

test('rows are pulled while a result is awaited, as many as there are slots', async (t) => {
  const { client } = await clientFor(t)
  let pulled = 0
  const source = function* () {
    for (const one of rows(1000)) {
      pulled += 1
      yield one
    }
  }
  const run = client.messages.sendMany(source(), { concurrency: 4 })
  assert.equal(pulled, 0)
  await run.next()
  while (run.stats().inFlight > 0) await new Promise(setImmediate)
  assert.ok(pulled <= 8, `${pulled}`)
  await run.return()
  assert.ok(pulled <= 8, `${pulled}`)
})

test('stats are up to date while results are awaited', async (t) => {
  const { server, client } = await clientFor(t, {}, { faults: [SLOW] })
  const run = client.messages.sendMany(rows(100), { concurrency: 10, rate: 1000 })
  const first = run.next()
  await server.requests(1)
  const { pulled, inFlight, accepted, allowedRate } = run.stats()
  assert.deepEqual([pulled, inFlight, accepted, allowedRate], [10, 10, 0, 1000])
  await first
  assert.ok(run.stats().accepted > 0)
  await run.return()
})

describe('a source may be', () => {
  const sources = {
    'an array': () => [...rows(50)],
    'a generator': () => rows(50),
    'a set': () => new Set(rows(50)),
    'an async generator': () => asyncRows(50),
    'an array of promises': () => [...rows(50)].map((one) => Promise.resolve(one)),
    'a stream': () => ReadableStream.from(asyncRows(50)),
  }
  for (const [name, source] of Object.entries(sources)) {
    test(name, async (t) => {
      const { server, client } = await clientFor(t)
      const results = await resultsOf(client.messages.sendMany(source()))
      assert.deepEqual([results.length, (await server.messages()).length], [50, 50])
      assert.ok(results.every((result) => result.message))
    })
  }

  test('nothing else', async (t) => {
    const { client } = await clientFor(t)
    for (const [source, type] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [row(1), 'an object'],
      ['+244912345678', 'a string'],
      [() => rows(1), 'a function'],
    ]) {
      const error = thrown(() => client.messages.sendMany(source))
      assert.equal(error.constructor, ValidationError)
      assert.equal(error.message, `\`rows\` must be an iterable or async iterable of objects, not ${type}`)
      assert.match(error.stack, /bulk\.test\.mjs/)
    }
  })
})

test('a slow source does not delay results', async (t) => {
  const { client } = await clientFor(t)
  const { promise, resolve } = withResolvers()
  const source = async function* () {
    yield* rows(3)
    // Until the results of the first rows have arrived.
    await promise
    yield row(3)
  }
  let received = 0
  for await (const { message } of client.messages.sendMany(source())) {
    assert.ok(message)
    received += 1
    if (received === 3) resolve()
  }
  assert.equal(received, 4)
})

test('one row is pulled at a time', async (t) => {
  const { client } = await clientFor(t)
  const all = asyncRows(50)
  let pending = 0
  const next = async () => {
    pending += 1
    assert.equal(pending, 1)
    try {
      return await all.next()
    } finally {
      pending -= 1
    }
  }
  const source = { [Symbol.asyncIterator]: () => ({ next }) }
  const run = client.messages.sendMany(source)
  // Results may be awaited at the same time.
  const results = await Promise.all(Array.from({ length: 51 }, () => run.next()))
  assert.deepEqual(
    results.map(({ done }) => done),
    [...Array(50).fill(false), true],
  )
})

describe('an invalid row', () => {
  test('does not affect the others, and is named', async (t) => {
    const { server, client } = await clientFor(t)
    const unreadable = {
      get to() {
        throw new RangeError('no phone number')
      },
    }
    const wrong = [
      [{ ...row(1), bodi: 'x' }, '`bodi` is unknown; did you mean body?', 'bodi'],
      [{ ...row(2), to: 5 }, '`to` must be a string, not a number', 'to'],
      [{ ...row(3), scheduledAt: new Date(Number.NaN) }, '`scheduledAt` is an invalid Date', 'scheduledAt'],
      [undefined, 'the parameters of messages.send must be an object of names and values, not undefined'],
      ['+244912345678', 'the parameters of messages.send must be an object of names and values, not a string'],
      [[], 'the parameters of messages.send must be an object of names and values, not an array'],
    ]
    const source = [row(0), ...wrong.map(([one]) => one), unreadable, row(1)]
    const results = await resultsOf(client.messages.sendMany(source, { ordered: true, ledger: ledgerFor(t) }))
    assert.equal(results.length, source.length)
    for (const [number, [, message, field]] of wrong.entries()) {
      const { index, error, outcome, recorded, ...rest } = results[number + 1]
      assert.deepEqual([index, outcome, recorded, rest], [number + 1, 'not_sent', false, { replayed: false }])
      assert.equal(error.constructor, ValidationError)
      assert.ok(error.message.startsWith(`row ${index}: ${message}`), error.message)
      assert.deepEqual([error.details.index, error.details.field], [index, field ?? 'parameters'])
      assert.match(error.stack, /bulk\.test\.mjs/)
    }
    const { error } = results.at(-2)
    assert.equal(error.message, 'row 7 cannot be read: no phone number')
    assert.equal(error.cause.constructor, RangeError)
    assert.ok(results[0].message && results.at(-1).message)
    assert.equal((await server.messages()).length, 2)
  })

  test('may be found by the core', async (t) => {
    const { server, client } = await clientFor(t)
    const source = [
      { ...row(0), to: '0912' },
      { ...row(1), scheduledAt: 'tomorrow' },
      { ...row(2), scheduledAt: new Date(0) },
      { ...row(3), idempotencyKey: '' },
      {},
    ]
    const results = await resultsOf(client.messages.sendMany(source, { ordered: true }))
    const fields = results.map(({ error }) => error.details.field)
    assert.deepEqual(fields, ['to', 'scheduledAt', 'scheduledAt', 'idempotencyKey', 'channel'])
    assert.match(results[2].error.message, /^`scheduledAt` has passed; to send it anyway, set `allowPast`$/)
    assert.ok(results.every(({ outcome, error }) => outcome === 'not_sent' && error.attempts === 0))
    assert.equal(client.messages.sendMany([]).stats().notSent, 0)
    assert.equal((await server.messages()).length, 0)
  })
})

describe('keys', () => {
  test('a second run replays the first, and sends what is new', async (t) => {
    const { server, client } = await clientFor(t)
    const ledger = ledgerFor(t)
    const first = await resultsOf(client.messages.sendMany(rows(50), { ledger, ordered: true }))
    const run = client.messages.sendMany(rows(60), { ledger, ordered: true })
    assert.equal(run.ledgerCreated, false)
    const second = await resultsOf(run)
    assert.deepEqual(
      second.map(({ replayed }) => replayed),
      numbers(60).map((number) => number < 50),
    )
    for (const [index, { message }] of first.entries()) assert.equal(second[index].message.id, message.id)
    assert.equal((await server.messages()).length, 60)
    assert.deepEqual(await receivedTwice(server), [])
    assert.deepEqual([run.stats().replayed, run.stats().accepted], [50, 10])
  })

  test('a key that occurs twice in a run is a duplicate', async (t) => {
    const { server, client } = await clientFor(t)
    const run = client.messages.sendMany([...rows(5), ...rows(5)], { ledger: ledgerFor(t), ordered: true })
    const results = await resultsOf(run)
    assert.ok(results.slice(0, 5).every(({ message }) => message))
    for (const { error, outcome } of results.slice(5)) {
      assert.equal(error.constructor, DuplicateError)
      assert.notEqual(outcome, 'not_sent')
    }
    assert.equal(run.stats().duplicate, 5)
    assert.equal((await server.messages()).length, 5)
  })

  test('the default key is made from the recipient', async (t) => {
    const { server, client } = await clientFor(t)
    const ledger = ledgerFor(t)
    const send = (body) => resultsOf(client.messages.sendMany([{ ...row(1), idempotencyKey: null, body }], { ledger }))
    const [{ idempotencyKey }] = await send('Hello')
    assert.match(idempotencyKey, /^default:/)
    const [{ error, outcome }] = await send('Hullo')
    assert.deepEqual([error.constructor, outcome], [KeyReusedError, 'accepted'])
    assert.equal((await server.messages()).length, 1)
  })

  test('a row in doubt is sent again on request only', async (t) => {
    const { server, client } = await clientFor(t, {}, { faults: [{ process: true, status: 502, times: 1 }] })
    const ledger = ledgerFor(t)
    const send = (options) => resultsOf(client.messages.sendMany(rows(1), { ledger, ...options }))
    const [failed] = await send()
    assert.deepEqual([failed.error.kind, failed.outcome, failed.recorded], ['server', 'unknown', true])
    const [doubt] = await send()
    assert.deepEqual([doubt.error.constructor, doubt.outcome], [InDoubtError, 'unknown'])
    const [sent] = await send({ onUnknown: 'send' })
    assert.ok(sent.message)
    assert.equal((await server.messages()).length, 2)
  })
})

describe('contacts', () => {
  const contacts = (count) => numbers(count).map((number) => ({ ...CONTACT, phone: row(number).to }))

  test('that exist are no errors', async (t) => {
    const { server, client } = await clientFor(t, {}, { state: { contacts_count: 0 } })
    // Ambiguous failures are retried, because the number is unique on the server.
    await server.fault({ process: true, status: 502, times: 3 })
    const run = client.contacts.createMany(contacts(40))
    const results = await resultsOf(run)
    assert.equal(results.filter(({ exists }) => exists).length, 3)
    for (const { index, contact, exists, error, outcome } of results) {
      assert.equal(error, undefined)
      if (!exists) assert.deepEqual([contact.phone, outcome], [row(index).to, 'accepted'])
    }
    const again = await resultsOf(client.contacts.createMany(contacts(40), { ordered: true }))
    assert.deepEqual(
      again,
      numbers(40).map((index) => ({ index, outcome: 'rejected', exists: true })),
    )
    assert.equal((await server.contacts()).length, 40)
  })

  test('have no ledger', async (t) => {
    const { client } = await clientFor(t)
    const error = thrown(() => client.contacts.createMany([], { ledger: ledgerFor(t) }))
    assert.equal(error.message, '`ledger` must not be set for contacts, which have no ledger')
  })

  test('have no keys', async (t) => {
    const { client } = await clientFor(t)
    const [{ error }] = await resultsOf(client.contacts.createMany([{ ...CONTACT, idempotencyKey: 'x' }]))
    assert.match(error.message, /^row 0: `idempotencyKey` /)
  })
})

describe('options', () => {
  test('that are invalid are rejected immediately', async (t) => {
    const { client } = await clientFor(t)
    const rate = 'must be more than zero'
    for (const [options, message] of [
      [{ concurrency: 0 }, '`concurrency` must be 1 or more, got 0'],
      [{ concurrency: '8' }, '`concurrency` must be a number, not a string'],
      [{ rate: 0 }, `\`rate\` ${rate}, got 0`],
      [{ rate: -1 }, `\`rate\` ${rate}, got -1`],
      [{ rate: Number.POSITIVE_INFINITY }, `\`rate\` ${rate}, got Infinity`],
      [{ rate: '50' }, '`rate` must be a number of rows per second, not a string'],
      [{ ordered: 1 }, '`ordered` must be true or false, not a number'],
      [{ onUnknown: 'retry' }, '`onUnknown` must be `report` or `send`, got "retry"'],
      [{ onRejected: '' }, '`onRejected` must be `report` or `send`, got ""'],
      [{ notAfter: 'noon' }, '`notAfter` must be a time with a UTC offset, such as 2026-07-01T09:00:00Z'],
      [{ notAfter: 5 }, '`notAfter` must be a Date or a string, not a number'],
      [{ ledger: '/nowhere/june.db' }, /^`ledger` /],
      [{ signal: {} }, '`signal` must be an AbortSignal, not an object'],
      [{ timeout: -1 }, '`timeout` must be more than zero, got -1'],
      [{ maxRetries: 1 }, /^`maxRetries` is not an option of a bulk run: set it with withOptions\(\)\. The options/],
      [{ parallelism: 1 }, /^`parallelism` is unknown; did you mean concurrency\?/],
      [5, 'the options of a bulk run must be an object of names and values, not a number'],
    ]) {
      const error = thrown(() => client.messages.sendMany(rows(1), options))
      assert.ok([ConfigError, ValidationError].includes(error.constructor), inspect(error))
      if (message instanceof RegExp) assert.match(error.message, message)
      else assert.equal(error.message, message)
      assert.equal(error.outcome, 'not_sent')
      assert.match(error.stack, /^\w+: .*\n {4}at .*bulk\.test\.mjs/)
    }
  })

  test('of the calls', async (t) => {
    const { server, client } = await clientFor(t)
    const headers = { 'X-Campaign': 'june' }
    assert.equal((await resultsOf(client.messages.sendMany(rows(2), { headers, timeout: 20_000 }))).length, 2)
    for (const request of await server.requests()) assert.equal(request.headers['x-campaign'], 'june')
  })

  test('about times', async (t) => {
    const { server, client } = await clientFor(t)
    const past = { ...row(1), scheduledAt: new Date(Date.now() - 60_000) }
    const [allowed] = await resultsOf(client.messages.sendMany([past], { allowPast: true }))
    assert.equal(allowed.error?.kind, undefined, inspect(allowed.error))
    for (const notAfter of [new Date(Date.now() - 1000), '2020-01-01T00:00:00Z']) {
      const [late] = await resultsOf(client.messages.sendMany(rows(1), { notAfter }))
      assert.deepEqual([late.outcome, late.error.constructor], ['not_sent', ValidationError])
    }
    assert.equal((await server.messages()).length, 1)
  })

  test('one run uses a ledger', async (t) => {
    const { client } = await clientFor(t)
    const ledger = ledgerFor(t)
    const first = client.messages.sendMany(rows(1), { ledger })
    const error = thrown(() => client.messages.sendMany(rows(1), { ledger }))
    assert.equal(error.constructor, ConfigError)
    assert.match(error.message, /is used by another bulk run/)
    await first.return()
    assert.equal((await resultsOf(client.messages.sendMany(rows(1), { ledger }))).length, 1)
  })
})

test('a run shows its progress only', async (t) => {
  const { client } = await clientFor(t)
  const run = client.messages.sendMany([row(1)])
  await run.next()
  const shown = inspect(run)
  assert.match(shown, /^BulkRun {\n {2}pulled: 1,/)
  for (const secret of ['Hello', '9230', 'june']) assert.ok(!shown.includes(secret), shown)
  assert.equal(String(run), '[object BulkRun]')
  await run.return()
})

test('a method without its object is rejected', async () => {
  const { sendMany } = new Zexa({ apiKey: 'k' }).messages
  const error = thrown(() => sendMany([]))
  assert.equal(error.constructor, InvalidRequestError)
  assert.match(error.message, /^sendMany\(\) was called without its object/)
})

test('an unused run does nothing', async (t) => {
  const { server, client } = await clientFor(t)
  const ledger = ledgerFor(t)
  const source = {
    [Symbol.iterator]() {
      throw new Error('it is read')
    },
  }
  await client.messages.sendMany(source, { ledger }).return()
  assert.ok(existsSync(ledger))
  assert.deepEqual(await server.requests(), [])
})
