// Leaving a list before its end: no more requests are sent, and no resources stay in use.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { collect } from './collect.mjs'
import { arrived } from './programs/messages.mjs'
import { serverFor } from './sandbox.mjs'
import { Zexa } from './zexa.mjs'

/** Fifty contacts on ten pages. */
const FIFTY = { state: { contacts_count: 50 } }
const PER_PAGE = 5

/** Waits until no page is requested while others are served: a request that was in flight when the list was left may still arrive. */
async function quiet(server, zexa) {
  for (let before = -1, now = 0; before !== now; ) {
    before = now
    for (let count = 0; count < 20; count += 1) await zexa.request('GET', '/credits')
    now = (await server.requests()).filter((request) => request.path === '/v1/contacts').length
  }
}

async function requestCount(server) {
  return (await server.requests()).filter((request) => request.path === '/v1/contacts').length
}

class Mine extends Error {}

const LEAVING = {
  async break(list) {
    for await (const _ of list) break
  },
  async 'an exception in the loop'(list) {
    const mine = new Mine()
    const read = async () => {
      for await (const _ of list) throw mine
    }
    await assert.rejects(read, (error) => error === mine)
  },
  async 'an exception after an await in the loop'(list) {
    await assert.rejects(async () => {
      for await (const _ of list) {
        await turn()
        throw new Mine()
      }
    }, Mine)
  },
  async 'return from a function'(list) {
    const first = await (async () => {
      for await (const item of list) return item
    })()
    assert.ok(first)
  },
  async 'return()'(list) {
    const reading = list[Symbol.asyncIterator]()
    await reading.next()
    assert.deepEqual(await reading.return('mine'), { value: 'mine', done: true })
    assert.deepEqual(await reading.next(), { value: undefined, done: true })
  },
  async 'throw()'(list) {
    const reading = list[Symbol.asyncIterator]()
    await reading.next()
    const mine = new Mine()
    await assert.rejects(reading.throw(mine), (error) => error === mine)
    assert.deepEqual(await reading.next(), { value: undefined, done: true })
  },
  async 'a generator of the user, which is left'(list) {
    async function* mine() {
      yield* list
    }
    for await (const _ of mine()) break
  },
}

for (const [how, leave] of Object.entries(LEAVING)) {
  for (const [what, of] of Object.entries({ items: (list) => list, pages: (list) => list.pages() })) {
    test(`${how}: ${what}`, async (t) => {
      const server = await serverFor(t, FIFTY)
      const zexa = new Zexa(server.options)
      await leave(of(zexa.contacts.list({ perPage: PER_PAGE })))
      await quiet(server, zexa)
      assert.ok((await requestCount(server)) < 10, 'it has read on to the end')
      // Again, with the same client.
      assert.equal((await zexa.contacts.list({ perPage: PER_PAGE }).toArray()).length, 50)
    })
  }
}

/** Pages of a list that has prefetched further pages, which stall. */
async function readAhead(t) {
  const faults = [{ path: '/contacts', skip: 5, times: 0, then: 'stall' }]
  const server = await serverFor(t, { ...FIFTY, faults })
  const zexa = new Zexa(server.options)
  const pages = zexa.contacts.list({ perPage: PER_PAGE }).pages()[Symbol.asyncIterator]()
  await pages.next()
  await pages.next()
  // Pages 2 to 5 are requested together and arrive in any order: none of the stalled ones may be one of these.
  await arrived(server, 5)
  await pages.next()
  await arrived(server, 10)
  // Checked while the pages are referenced, because they may be collected afterwards.
  const { open_connections: open } = await server.state()
  return { server, zexa, pages, open }
}

test('prefetched pages are cancelled immediately', async (t) => {
  const { server, zexa, pages, open } = await readAhead(t)
  await pages.return()
  // The remaining connections are idle.
  while ((await server.state()).open_connections >= open) await turn()
  assert.ok(zexa)
})

test('a partly read list is cancelled when it is garbage-collected', async (t) => {
  const { server, zexa, open } = await readAhead(t)
  while ((await server.state()).open_connections >= open) {
    collect()
    await turn()
  }
  assert.ok(zexa)
})

test('a list that is not read sends nothing', async (t) => {
  const server = await serverFor(t, FIFTY)
  const zexa = new Zexa(server.options)
  const list = zexa.contacts.list({ perPage: PER_PAGE })
  list.pages()
  list[Symbol.asyncIterator]()
  await list[Symbol.asyncIterator]().return()
  for (let count = 0; count < 20; count += 1) await zexa.request('GET', '/credits')
  assert.equal(await requestCount(server), 0)
})

test('toArray() requests only the pages that its limit needs', async (t) => {
  const server = await serverFor(t, FIFTY)
  const zexa = new Zexa(server.options)
  const list = zexa.contacts.list({ perPage: PER_PAGE })
  assert.equal((await list.toArray({ limit: 3 })).length, 3)
  assert.deepEqual(await list.toArray({ limit: 0 }), [])
  await quiet(server, zexa)
  assert.ok((await requestCount(server)) < 10)
})

test('a slow and a fast reading of one list are both complete', async (t) => {
  const server = await serverFor(t, FIFTY)
  const list = new Zexa(server.options).contacts.list({ perPage: PER_PAGE })
  const slow = []
  for await (const contact of list) {
    slow.push(contact.id)
    if (slow.length === 7) assert.equal((await list.toArray()).length, 50)
    if (slow.length === 8) assert.equal((await list.page(2)).page, 2)
  }
  assert.equal(new Set(slow).size, 50)
})

test('a reading ends after an error, and another one starts from the beginning', async (t) => {
  const server = await serverFor(t, { ...FIFTY, faults: [{ path: '/contacts', skip: 1, times: 0, status: 401 }] })
  const list = new Zexa(server.options).contacts.list({ perPage: PER_PAGE })
  const reading = list[Symbol.asyncIterator]()
  for (let count = 0; count < PER_PAGE; count += 1) assert.equal((await reading.next()).done, false)
  await assert.rejects(reading.next(), { kind: 'unauthorized' })
  assert.deepEqual(await reading.next(), { value: undefined, done: true })
  await assert.rejects(Promise.resolve(list), { kind: 'unauthorized' })
  await server.forgetFaults()
  assert.equal((await list.toArray()).length, 50)
})
