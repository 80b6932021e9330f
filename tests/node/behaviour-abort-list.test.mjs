// Aborting a list that is being read: between items, between pages, and in a request; and reading it again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNoListeners, attemptLogger, cancellationOf, causeOf, connectionsClosed } from './abort_helpers.mjs'
import { arrived } from './programs/messages.mjs'
import { serverFor } from './sandbox.mjs'
import { Zexa, ZexaError } from './zexa.mjs'

/** Thirty contacts on three pages. The first requests for the later pages stall. */
const STALLING = {
  state: { contacts_count: 30 },
  faults: [{ path: '/contacts', skip: 1, times: 2, then: 'stall' }],
}
const THIRTY = { state: { contacts_count: 30 } }

/** Reads items. Returns those that were read, and the cause of the error. */
async function read(items, each = () => {}) {
  const taken = []
  const reading = (async () => {
    for await (const item of items) {
      taken.push(item)
      each(taken.length)
    }
  })()
  return { reason: await causeOf(reading), taken }
}

test('while a page is fetched', async (t) => {
  const server = await serverFor(t, STALLING)
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const reading = read(zexa.contacts.list({ perPage: 10 }, { signal: controller.signal }))
  await arrived(server, 3)
  controller.abort()
  const { reason, taken } = await reading
  assert.equal(reason, controller.signal.reason)
  assert.equal(taken.length, 10)
  assertNoListeners(controller.signal)
  // At most the connection of the first page is left: prefetched pages are cancelled, too.
  await connectionsClosed(server, 1)
  assert.equal((await zexa.contacts.list({ perPage: 10 }).toArray()).length, 30)
})

test('while pages are read one by one', async (t) => {
  const server = await serverFor(t, STALLING)
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const reading = read(zexa.contacts.list({ perPage: 10 }, { signal: controller.signal }).pages())
  await arrived(server, 3)
  controller.abort('enough')
  const { reason, taken } = await reading
  assert.equal(reason, 'enough')
  assert.deepEqual(
    taken.map((page) => page.items.length),
    [10],
  )
  assertNoListeners(controller.signal)
})

for (const [where, after] of Object.entries({ 'between items': 3, 'between pages': 10, 'at the last item': 30 })) {
  test(`in a loop: ${where}`, async (t) => {
    const server = await serverFor(t, THIRTY)
    const controller = new AbortController()
    const list = new Zexa(server.options).contacts.list({ perPage: 10 }, { signal: controller.signal })
    const { reason, taken } = await read(list, (count) => count === after && controller.abort())
    assert.equal(reason, controller.signal.reason)
    assert.equal(taken.length, after)
    assertNoListeners(controller.signal)
  })
}

test('in a loop: between the pages of pages()', async (t) => {
  const server = await serverFor(t, THIRTY)
  const controller = new AbortController()
  const list = new Zexa(server.options).contacts.list({ perPage: 10 }, { signal: controller.signal })
  const { reason, taken } = await read(list.pages(), (count) => count === 2 && controller.abort())
  assert.equal(reason, controller.signal.reason)
  assert.equal(taken.length, 2)
})

test('in the wait before a retry of a page', async (t) => {
  const fault = { path: '/contacts', skip: 1, times: 0, status: 429, headers: { 'Retry-After': '60' } }
  const server = await serverFor(t, { ...THIRTY, faults: [fault] })
  const { attempted, logger } = attemptLogger((fields) => fields.status === 429)
  const controller = new AbortController()
  const zexa = new Zexa({ ...server.options, logger })
  const reading = read(zexa.contacts.list({ perPage: 10 }, { signal: controller.signal }))
  await attempted
  controller.abort()
  assert.equal((await reading).reason, controller.signal.reason)
  assertNoListeners(controller.signal)
})

test('by AbortSignal.timeout', async (t) => {
  const server = await serverFor(t, STALLING)
  const signal = AbortSignal.timeout(300)
  // On a busy machine, the timeout may come before the first page.
  const { reason, taken } = await read(new Zexa(server.options).contacts.list({ perPage: 10 }, { signal }))
  assert.equal(reason, signal.reason)
  assert.equal(reason.name, 'TimeoutError')
  assert.ok([0, 10].includes(taken.length), `${taken.length}`)
})

async function readAll(items) {
  for await (const _ of items);
}

const WAYS = {
  'for await': (list) => readAll(list),
  'pages()': (list) => readAll(list.pages()),
  'page(2)': (list) => list.page(2),
  'toArray()': (list) => list.toArray(),
  'await list': async (list) => await list,
  'then()': (list) => list.then((page) => page),
  'catch()': (list) => list.catch((reason) => Promise.reject(reason)),
  'finally()': (list) => list.finally(() => {}),
}
for (const [way, begin] of Object.entries(WAYS)) {
  test(`${way}: in flight, before it begins, and with a signal of the client`, async (t) => {
    const server = await serverFor(t, { faults: [{ path: '/contacts', times: 2, then: 'stall' }] })
    const zexa = new Zexa(server.options)
    const controllers = [new AbortController(), new AbortController()]
    const readings = [
      begin(zexa.contacts.list({}, { signal: controllers[0].signal })),
      begin(zexa.withOptions({ signal: controllers[1].signal }).contacts.list()),
    ].map(causeOf)
    await arrived(server, 2)
    const reasons = [{ mine: true }, new Error('mine')]
    for (const [number, controller] of controllers.entries()) controller.abort(reasons[number])
    assert.deepEqual(await Promise.all(readings), reasons)
    for (const { signal } of controllers) {
      assertNoListeners(signal)
      assert.equal(await causeOf(begin(zexa.contacts.list({}, { signal }))), signal.reason)
      assertNoListeners(signal)
    }
    assert.equal((await server.requests()).length, 2)
    // A signal that is not aborted.
    const { signal } = new AbortController()
    await begin(zexa.contacts.list({}, { signal }))
    assertNoListeners(signal)
  })
}

test('the errors of a page, an array and a loop have an outcome', async (t) => {
  const server = await serverFor(t, { faults: [{ path: '/contacts', times: 0, then: 'stall' }] })
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const list = zexa.contacts.list({}, { signal: controller.signal })
  const readings = [list.page(1), list.toArray(), readAll(list), readAll(list.pages())].map(cancellationOf)
  await arrived(server, 4)
  controller.abort()
  for (const { name, outcome } of await Promise.all(readings)) {
    assert.deepEqual([name, outcome], ['AbortError', 'unknown'])
  }
})

test('a signal has no listeners after a list, however it ended', async (t) => {
  const server = await serverFor(t, THIRTY)
  const zexa = new Zexa(server.options)
  const { signal } = new AbortController()
  const list = zexa.contacts.list({ perPage: 7 }, { signal })
  assert.equal((await list.toArray()).length, 30)
  assertNoListeners(signal)
  for await (const _ of list) {
    assertNoListeners(signal)
    break
  }
  assertNoListeners(signal)
  for await (const _ of list.pages()) break
  assertNoListeners(signal)
  await assert.rejects(async () => {
    for await (const _ of list) throw new RangeError()
  }, RangeError)
  assertNoListeners(signal)
  await assert.rejects(zexa.contacts.list({ novel: 1 }, { signal }).toArray(), ZexaError)
  assertNoListeners(signal)
  await server.fault({ path: '/contacts', times: 0, status: 401 })
  await assert.rejects(list.toArray(), { kind: 'unauthorized' })
  assertNoListeners(signal)
  // A list that is read partly.
  const half = list[Symbol.asyncIterator]()
  await half.next().catch(() => {})
  assertNoListeners(signal)
})

test('aborting one list does not affect another', async (t) => {
  const server = await serverFor(t, STALLING)
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const [one, other] = [
    zexa.contacts.list({ perPage: 10 }, { signal: controller.signal }),
    zexa.contacts.list({ perPage: 10 }),
  ]
  const reading = read(one)
  await arrived(server, 3)
  const all = other.toArray()
  controller.abort()
  assert.equal((await reading).taken.length, 10)
  assert.equal((await all).length, 30)
})
