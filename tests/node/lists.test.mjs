// Lists: the ways to read them, pages, and limits. Scenarios test items and requests; behaviour-lists.test.mjs tests leaving a list.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { caught, clientFor } from './examples.mjs'
import { APITimeoutError, ClosedError, NotFoundError, ValidationError } from './zexa.mjs'

const COUNT = 23
const WITH_CONTACTS = { state: { contacts_count: COUNT } }
const ids = (contacts) => contacts.map((contact) => contact.id)

/** A server with enough contacts for several pages, and a client for it. */
const setUp = (t, options) => clientFor(t, options, WITH_CONTACTS)

/** The numbers of the requested pages. */
async function requestedPages(server) {
  return (await server.requests()).map((request) => Number(request.query.page))
}

async function collect(iterable) {
  const all = []
  for await (const one of iterable) all.push(one)
  return all
}

test('nothing is requested before a list is read', async (t) => {
  const { server, client } = await setUp(t)
  const list = client.contacts.list()
  inspect(list)
  String(list)
  list.pages()
  const reading = list[Symbol.asyncIterator]()
  list.pages()[Symbol.asyncIterator]()
  assert.equal((await server.state()).connections, 0)
  assert.equal((await reading.next()).done, false)
  assert.deepEqual(await requestedPages(server), [1])
})

test('a list can be read again, and returns new items', async (t) => {
  const { client } = await setUp(t)
  const list = client.contacts.list({ perPage: 10 })
  const first = ids(await collect(list))
  await client.contacts.delete(first[0])
  assert.deepEqual(ids(await collect(list)), first.slice(1))
  const pages = list.pages()
  for (let times = 0; times < 2; times += 1) {
    assert.deepEqual(
      (await collect(pages)).map((page) => page.items.length),
      [10, 10, 2],
    )
  }
})

test('pages', async (t) => {
  const { client } = await setUp(t)
  const pages = await collect(client.contacts.list({ perPage: 10 }).pages())
  assert.deepEqual(
    pages.map(({ items, ...page }) => ({ ...page, count: items.length })),
    [10, 10, 3].map((count, index) => ({ count, page: index + 1, total: COUNT, perPage: 10, extra: {} })),
  )
  assert.deepEqual(
    pages.flatMap((page) => page.items),
    await client.contacts.list().toArray(),
  )
})

test('a list is the promise of its first page', async (t) => {
  const { server, client } = await setUp(t)
  const list = client.contacts.list({ perPage: 10 })
  const first = await list.page(1)
  assert.deepEqual(await list, first)
  assert.deepEqual(await list.then((page) => page.items.length), 10)
  assert.deepEqual(await list.finally(() => {}), first)
  assert.deepEqual(await list.catch(() => assert.fail()), first)
  assert.deepEqual((await Promise.all([list, client.credits.get()]))[0], first)
  assert.deepEqual((await Promise.allSettled([list]))[0].value, first)
  assert.deepEqual(new Set(await requestedPages(server)), new Set([1, Number.NaN]))
  await server.fault({ status: 404, times: 0 })
  await assert.rejects(async () => await list, NotFoundError)
  assert.equal(
    await list.then(
      () => assert.fail(),
      (error) => error.kind,
    ),
    'not_found',
  )
  assert.equal(await list.catch((error) => error.kind), 'not_found')
  let finished = 0
  assert.equal((await caught(list.finally(() => (finished += 1)))).kind, 'not_found')
  assert.equal(finished, 1)
})

test('toArray() returns all items, or the first ones', async (t) => {
  const { client } = await setUp(t)
  const list = client.contacts.list({ perPage: 5 })
  const all = await list.toArray()
  assert.equal(all.length, COUNT)
  for (const limit of [1, 5, 7, COUNT, 1000, 2 ** 32 - 1]) {
    assert.deepEqual(await list.toArray({ limit }), all.slice(0, limit))
  }
  for (const nothing of [undefined, null, {}, { limit: undefined }, { limit: null }]) {
    assert.deepEqual(await list.toArray(nothing), all)
  }
})

test('a limit of 0 requests nothing', async (t) => {
  const { server, client } = await setUp(t)
  assert.deepEqual(await client.contacts.list().toArray({ limit: 0 }), [])
  assert.deepEqual(await server.requests(), [])
})

test('an invalid limit is rejected', async (t) => {
  const { server, client } = await setUp(t)
  for (const limit of [-1, 1.5, '5', Number.NaN, true, 5n]) {
    const error = await caught(client.contacts.list().toArray({ limit }))
    assert.deepEqual([error.constructor, error.details.field], [ValidationError, 'limit'])
  }
  const unknown = await caught(client.contacts.list().toArray({ max: 5 }))
  assert.match(unknown.message, /^`max` .*limit/)
  assert.match((await caught(client.contacts.list().toArray(5))).message, /object/)
  assert.deepEqual(await server.requests(), [])
})

test('an invalid page number is rejected', async (t) => {
  const { server, client } = await setUp(t)
  const numbers = [0, -1, 1.5, 2 ** 32, 2 ** 70, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n, true, {}]
  for (const number of [...numbers, undefined, null]) {
    const error = await caught(client.contacts.list().page(number))
    assert.equal(error.details?.field, 'page', inspect(error))
    assert.deepEqual([error.outcome, error.attempts], ['not_sent', 0])
    assert.match(error.stack, /lists\.test\.mjs/)
  }
  assert.deepEqual(await server.requests(), [])
})

test('concurrent steps are resolved in order', async (t) => {
  const { server, client } = await setUp(t)
  const reading = client.contacts.list({ perPage: 5 })[Symbol.asyncIterator]()
  const steps = await Promise.all(Array.from({ length: COUNT + 2 }, () => reading.next()))
  assert.deepEqual(ids(steps.slice(0, COUNT).map((step) => step.value)), ids(await server.contacts()))
  assert.deepEqual(steps.slice(COUNT), [
    { value: undefined, done: true },
    { value: undefined, done: true },
  ])
})

test('return() waits for the steps before it', async (t) => {
  const { server, client } = await setUp(t)
  const expected = ids(await server.contacts()).slice(0, 4)
  const reading = client.contacts.list({ perPage: 10 })[Symbol.asyncIterator]()
  const first = reading.next()
  // The last step, which settles as soon as the first has settled.
  const last = first.then(() => Promise.all([reading.next(), reading.next()]))
  const second = reading.next()
  const steps = [await first, await second, ...(await last)]
  assert.deepEqual(ids(steps.map((step) => step.value)), expected)
})

test('a reading that has ended stays ended', async (t) => {
  const { server, client } = await setUp(t)
  const reading = client.contacts.list()[Symbol.asyncIterator]()
  assert.equal(reading[Symbol.asyncIterator](), reading)
  while (!(await reading.next()).done);
  const before = await server.requests()
  assert.deepEqual(await reading.next(), { value: undefined, done: true })
  assert.deepEqual(await reading.return(), { value: undefined, done: true })
  assert.deepEqual(await server.requests(), before)
})

test('two readings are independent', async (t) => {
  const { client } = await setUp(t)
  const list = client.contacts.list({ perPage: 4 })
  const [one, other] = [list[Symbol.asyncIterator](), list[Symbol.asyncIterator]()]
  await one.next()
  assert.deepEqual(ids(await collect(other)), ids(await list.toArray()))
  assert.equal((await collect(one)).length, COUNT - 1)
})

test('a list that ends short of its total is incomplete', async (t) => {
  const { server, client } = await setUp(t)
  const list = client.contacts.list()
  assert.equal((await collect(list)).length, COUNT)
  assert.equal(list.isIncomplete, false)

  const body = { data: [], meta: { total: 2, page: 1, per_page: 50 } }
  await server.fault({ path: '/contacts', times: 0, status: 200, body })
  assert.equal((await collect(list)).length, 0)
  assert.equal(list.isIncomplete, true)

  const pages = client.contacts.list().pages()
  assert.equal(pages.isIncomplete, false)
  assert.equal((await collect(pages)).length, 1)
  assert.equal(pages.isIncomplete, true)

  const array = client.contacts.list()
  assert.deepEqual(await array.toArray(), [])
  assert.equal(array.isIncomplete, true)
  // A single page does not read the list to its end.
  const first = client.contacts.list()
  assert.equal((await first).total, 2)
  assert.equal(first.isIncomplete, false)
})

test('a deadline applies to each reading of a list', async (t) => {
  const { server, client } = await setUp(t)
  const list = client.contacts.list({}, { deadline: 3000, maxRetries: 0 })
  await server.fault({ then: 'stall' })
  assert.equal((await caught(list.toArray())).constructor, APITimeoutError)
  assert.equal((await list.toArray()).length, COUNT)
})

test('invalid arguments reject when the list is read, in every way', async (t) => {
  const { server, client } = await setUp(t)
  const list = client.contacts.list({ perPage: 0 }, {})
  const wrong = client.contacts.list({}, { colour: 1 })
  for (const [one, field] of [
    [list, 'perPage'],
    [wrong, 'colour'],
  ]) {
    const pages = one.pages()[Symbol.asyncIterator]()
    const items = one[Symbol.asyncIterator]()
    for (const read of [
      one.toArray(),
      one.page(1),
      one.then(),
      one.catch(),
      one.finally(),
      pages.next(),
      items.next(),
    ]) {
      const error = await caught(read)
      assert.equal(error.details.field, field, inspect(error))
      assert.match(error.stack, /lists\.test\.mjs/)
    }
  }
  assert.deepEqual(await server.requests(), [])
})

test('unknown fields of a page are preserved', async (t) => {
  const { server, client } = await setUp(t)
  const meta = { total: 0, page: 1, per_page: 50, cursor_next: 'x' }
  await server.fault({ status: 200, body: { data: [], meta } })
  assert.deepEqual(await client.contacts.list().page(1), {
    items: [],
    total: 0,
    page: 1,
    perPage: 50,
    extra: { cursor_next: 'x' },
  })
})

test('a list of a closed client', async (t) => {
  const { client } = await setUp(t)
  const list = client.contacts.list({ perPage: 1 })
  const reading = list[Symbol.asyncIterator]()
  await reading.next()
  client.close()
  assert.equal((await caught(list.toArray())).constructor, ClosedError)
  assert.equal((await caught(list)).constructor, ClosedError)
  assert.equal((await caught(collect(reading))).constructor, ClosedError)
})

test('a list is neither an array nor data', async (t) => {
  const { client } = await setUp(t)
  const list = client.contacts.list({ search: 'Ana Domingos' })
  assert.equal(list.length, undefined)
  assert.throws(() => [...list], TypeError)
  assert.doesNotMatch(inspect(list, { showHidden: true, depth: null }), /Domingos|zx_test/)
})

test('inspect() of a list shows its resource, and sends nothing', async (t) => {
  const { server, client } = await clientFor(t)
  assert.equal(inspect(client.contacts.list({ search: 'Domingos' })), 'List of contacts { isIncomplete: false }')
  assert.equal(inspect(client.senderIds.list()), 'List of senderIds { isIncomplete: false }')
  assert.equal(inspect(client.campaigns.list().pages()), 'Pages of campaigns { isIncomplete: false }')
  assert.deepEqual(await server.requests(), [])
})
