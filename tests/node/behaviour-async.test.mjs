// Concurrent calls, the event loop, async contexts, and the garbage collector.
import assert from 'node:assert/strict'
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { promiseHooks } from 'node:v8'
import { reasonOf } from './abort_helpers.mjs'
import { collect } from './collect.mjs'
import { arrived, bodies, sms } from './programs/messages.mjs'
import { serverFor } from './sandbox.mjs'
import { Zexa } from './zexa.mjs'

for (const tls of [false, true]) {
  test(`a thousand concurrent calls each resolve once${tls ? ', over HTTP/2' : ''}`, async (t) => {
    const server = await serverFor(t, { state: { credits: 10_000, tls } })
    const zexa = new Zexa({ ...server.options, http2: tls })
    const counts = new Map()
    await Promise.all(
      Array.from({ length: 1000 }, async (_, number) => {
        const { body } = await zexa.messages.send(sms(number))
        assert.equal(body, String(number))
        counts.set(body, (counts.get(body) ?? 0) + 1)
      }),
    )
    assert.deepEqual(new Set(counts.values()), new Set([1]))
    assert.equal(counts.size, 1000)
    const sent = await bodies(server)
    assert.equal(sent.length, 1000)
    assert.equal(new Set(sent).size, 1000)
    const requests = await server.requests()
    assert.equal(requests.length, 1000)
    assert.ok(requests.every((request) => request.http_version === (tls ? '2' : '1.1')))
  })
}

test('results and errors of concurrent calls are not mixed up', async (t) => {
  const server = await serverFor(t, { state: { credits: 10_000, contacts_count: 20 } })
  const zexa = new Zexa(server.options)
  await Promise.all(
    Array.from({ length: 300 }, async (_, number) => {
      if (number % 3 === 0) assert.equal((await zexa.messages.send(sms(number))).body, String(number))
      if (number % 3 === 1) assert.equal((await zexa.contacts.list({ perPage: 20 })).items.length, 20)
      if (number % 3 === 2) {
        const error = await reasonOf(zexa.request('GET', `/messages/msg_${number}`))
        assert.equal(error.kind, 'not_found')
        assert.match(JSON.stringify(error.details), new RegExp(`msg_${number}\\b`))
      }
    }),
  )
})

test('the event loop runs while calls wait', async (t) => {
  const server = await serverFor(t, { faults: [{ times: 0, then: 'stall' }] })
  const controller = new AbortController()
  const zexa = new Zexa(server.options)
  const calls = Array.from({ length: 20 }, (_, number) =>
    zexa.messages.send(sms(number), { signal: controller.signal }),
  )
  const ended = Promise.allSettled(calls)
  await arrived(server, 20)
  // If a call blocked the event loop, they would not be counted.
  for (let ticks = 0; ticks < 10_000; ticks += 1) await turn()
  controller.abort()
  assert.equal((await ended).filter((end) => end.status === 'rejected').length, 20)
})

test('a call resolves in the async context of its caller', async (t) => {
  const server = await serverFor(t, { state: { contacts_count: 30 } })
  const zexa = new Zexa(server.options)
  const storage = new AsyncLocalStorage()
  await Promise.all(
    Array.from({ length: 50 }, (_, number) =>
      storage.run(number, async () => {
        await zexa.messages.send(sms(number))
        assert.equal(storage.getStore(), number)
        await zexa.messages.send({}).catch(() => assert.equal(storage.getStore(), number))
        await zexa.request('GET', '/nowhere').then(assert.fail, () => assert.equal(storage.getStore(), number))
        for await (const _ of zexa.contacts.list({ perPage: 10 })) assert.equal(storage.getStore(), number)
        assert.equal((await zexa.contacts.list({ perPage: 10 })).items.length, 10)
        assert.equal(storage.getStore(), number)
        const signal = AbortSignal.abort()
        await zexa.messages.send(sms('never'), { signal }).catch(() => assert.equal(storage.getStore(), number))
      }),
    ),
  )
  assert.equal(storage.getStore(), undefined)
})

test('a logger is called outside of async contexts', async (t) => {
  const server = await serverFor(t)
  const storage = new AsyncLocalStorage()
  const stores = []
  const log = () => stores.push(storage.getStore())
  const zexa = new Zexa({ ...server.options, logger: { debug: log, info: log } })
  await storage.run('mine', () => zexa.messages.send(sms('one')))
  await storage.run('mine', () => zexa.messages.send(sms('two')))
  assert.deepEqual(stores, [undefined, undefined])
})

test('hooks of async resources and of promises', async (t) => {
  const server = await serverFor(t, { state: { contacts_count: 30 } })
  let resources = 0
  let promises = 0
  const count = () => {
    resources += 1
  }
  const hook = createHook({ init: count, before: count, after: count, destroy: count, promiseResolve: count }).enable()
  const init = () => {
    promises += 1
  }
  const stop = promiseHooks.createHook({ init, before() {}, after() {}, settled() {} })
  t.after(() => {
    hook.disable()
    stop()
  })
  const zexa = new Zexa(server.options)
  await Promise.all(Array.from({ length: 20 }, (_, number) => zexa.messages.send(sms(number))))
  await reasonOf(zexa.request('GET', '/nowhere'))
  assert.equal((await zexa.contacts.list({ perPage: 10 }).toArray()).length, 30)
  assert.ok(resources > 0 && promises > 0)
})

test('a call whose promise is garbage-collected is sent', async (t) => {
  const server = await serverFor(t, { faults: [{ delay: 0.2, times: 0 }] })
  const zexa = new Zexa(server.options)
  for (let number = 0; number < 20; number += 1) zexa.messages.send(sms(number))
  for (let count = 0; count < 10; count += 1) {
    collect()
    await turn()
  }
  await arrived(server, 20)
  collect()
  while ((await bodies(server)).length < 20) collect()
})

test('calls in flight resolve after their client is garbage-collected', async (t) => {
  const server = await serverFor(t, { faults: [{ delay: 0.2, times: 0 }], state: { contacts_count: 30 } })
  const sending = Array.from({ length: 20 }, (_, number) => new Zexa(server.options).messages.send(sms(number)))
  const listing = new Zexa(server.options).contacts.list({ perPage: 10 }).toArray()
  let ended = false
  const all = Promise.all(sending).finally(() => {
    ended = true
  })
  while (!ended) {
    collect()
    await turn()
  }
  assert.deepEqual(
    (await all).map((message) => message.body),
    Array.from({ length: 20 }, (_, number) => String(number)),
  )
  assert.equal((await listing).length, 30)
})

test('the logger of a garbage-collected client receives records of the calls in flight', async (t) => {
  const server = await serverFor(t, { faults: [{ delay: 0.2 }] })
  const statuses = []
  const log = (_, fields) => statuses.push(fields.status)
  let sending = new Zexa({ ...server.options, logger: { debug: log, info: log } }).messages.send(sms('sent'))
  const ended = sending.then(() => true)
  sending = undefined
  await arrived(server, 1)
  collect()
  assert.ok(await ended)
  assert.deepEqual(statuses, [201])
})

test('garbage-collected clients close their connections', async (t) => {
  const server = await serverFor(t)
  const logger = { debug() {}, info() {} }
  for (let number = 0; number < 10; number += 1)
    await new Zexa({ ...server.options, logger }).messages.send(sms(number))
  while ((await server.state()).open_connections > 0) {
    collect()
    await turn()
  }
})

test('a client that is referenced by its logger is garbage-collected, too', async (t) => {
  const server = await serverFor(t)
  let collected = 0
  const registry = new FinalizationRegistry(() => {
    collected += 1
  })
  for (let number = 0; number < 10; number += 1) {
    const logger = { debug: () => logger.client, info() {} }
    const zexa = new Zexa({ ...server.options, logger })
    logger.client = zexa
    registry.register(zexa)
    await zexa.messages.send(sms(number))
  }
  // The last one may still be on the stack.
  for (let turns = 0; turns < 1000 && collected < 9; turns += 1) {
    collect()
    await turn()
  }
  assert.ok(collected >= 9, `of ten, ${collected} are collected`)
})

test('the package can be loaded twice on one thread, as some test runners do', async (t) => {
  const server = await serverFor(t)
  const require = createRequire(import.meta.url)
  const load = () => {
    for (const path of Object.keys(require.cache)) if (/zexa|bindings-node/.test(path)) delete require.cache[path]
    return require('zexa')
  }
  const [one, other] = [load(), load()]
  assert.notEqual(one.Zexa, other.Zexa)
  const sent = await Promise.all(
    [one, other, one, other].map((loaded, number) => new loaded.Zexa(server.options).messages.send(sms(number))),
  )
  assert.deepEqual(
    sent.map((message) => message.body),
    ['0', '1', '2', '3'],
  )
  const error = await reasonOf(new other.Zexa(server.options).messages.get('msg_nowhere'))
  assert.ok(error instanceof other.ZexaError)
})
