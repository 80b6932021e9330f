// Worker threads, forked processes and clusters: each has its own clients, and the end of one does not affect the others.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'
import { bodies, sms } from './programs/messages.mjs'
import { run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'
import { Zexa } from './zexa.mjs'

const CALLING = new URL('programs/calling.mjs', import.meta.url)
const THREADS = 'threads.mjs'

/** The messages of a worker, after its end. */
async function messagesOf(worker, count = 1) {
  const messages = []
  worker.on('message', (message) => messages.push(message))
  const [status] = await once(worker, 'exit')
  assert.equal(status, 0)
  assert.equal(messages.length, count)
  return messages
}

function start(name, server, data, more) {
  return new Worker(CALLING, { workerData: { name, options: server.options, ...data }, ...more })
}

test('several workers, each with its own client', async (t) => {
  const server = await serverFor(t, { state: { credits: 10_000 } })
  const workers = Array.from({ length: 6 }, (_, number) =>
    messagesOf(start('send', server, { prefix: number, count: 50 })),
  )
  const zexa = new Zexa(server.options)
  const mine = await Promise.all(Array.from({ length: 50 }, (_, number) => zexa.messages.send(sms(`main: ${number}`))))
  const sent = [...(await Promise.all(workers)).flat(2), ...mine.map((message) => message.body)]
  assert.equal(sent.length, 350)
  assert.deepEqual(new Set(await bodies(server)), new Set(sent))
  assert.equal((await server.requests()).length, 350)
})

test('a worker stays alive until its call ends', async (t) => {
  const server = await serverFor(t, { faults: [{ delay: 0.5 }] })
  assert.deepEqual(await messagesOf(start('slow', server)), ['slow'])
  assert.deepEqual(await run(THREADS, ['slow'], { server }), ['slow'])
})

test('a worker uses its own environment', async (t) => {
  const server = await serverFor(t)
  const env = { ZEXA_API_KEY: server.apiKey, ZEXA_BASE_URL: server.url }
  assert.deepEqual(await messagesOf(start('environment', server, {}, { env })), ['by the environment'])
  assert.deepEqual(await bodies(server), ['by the environment'])
  // The environment of this thread, and its copy, have no key.
  assert.throws(() => new Zexa({ baseUrl: server.url }), { kind: 'config' })
  const [text] = await messagesOf(start('environment', server, {}, { env: { ZEXA_BASE_URL: server.url } }))
  assert.match(text, /^ConfigError: /)
})

test('results can be sent to other threads', async (t) => {
  const server = await serverFor(t, { state: { contacts_count: 3 } })
  const [message, page, response, error] = await messagesOf(start('results', server), 4)
  assert.equal(message.body, 'cloned')
  assert.ok(message.createdAt instanceof Date)
  assert.deepEqual(message.scheduledAt, new Date('2036-07-01T09:00:00Z'))
  assert.deepEqual(message.extra, {})
  assert.deepEqual(
    page.items.map((contact) => contact.id),
    (await server.contacts()).map((contact) => contact.id),
  )
  assert.equal(response.status, 200)
  // An error as structuredClone() preserves it.
  assert.ok(error instanceof Error)
  assert.match(error.stack, /^NotFoundError: .*calling\.mjs/s)
})

test('results can be cloned and sent through ports', async (t) => {
  const server = await serverFor(t)
  const message = await new Zexa(server.options).messages.send(sms('cloned'))
  assert.deepEqual(structuredClone(message), message)
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(message)
  assert.deepEqual((await once(port2, 'message'))[0], message)
  port1.close()
})

for (const main of ['loads', 'does not load']) {
  test(`fifty workers are terminated with calls in flight, and the main thread ${main} the package before`, async (t) => {
    const server = await serverFor(t)
    assert.deepEqual(await run(THREADS, ['terminate', 50, 8, main], { server }), ['after'])
  })
}

test('several workers are terminated together with calls in flight', async (t) => {
  assert.deepEqual(await run(THREADS, ['terminate_together', 8, 8], { server: await serverFor(t) }), ['after'])
})

test('workers are terminated while they start', async (t) => {
  assert.deepEqual(await run(THREADS, ['terminate_early', 40], { server: await serverFor(t) }), ['after'])
})

test('workers exit or fail with calls in flight', async (t) => {
  const server = await serverFor(t, { faults: [{ path: '/messages', times: 16 * 2 * 5, delay: 0.1 }] })
  const lines = await run(THREADS, ['end_itself', 5], { server })
  assert.deepEqual(lines, ['after'])
})

test('the first thread to load the package is a worker that ends before another loads it', async (t) => {
  const lines = await run(THREADS, ['first_in_a_worker'], { server: await serverFor(t) })
  assert.deepEqual(lines, ['["first: 0"]', '["second: 0"]'])
})

test('the process exits while workers have calls in flight', async (t) => {
  const server = await serverFor(t)
  for (let time = 0; time < 5; time += 1) await run(THREADS, ['exit', 6], { server }, { status: 6 })
})

test('ended workers leave no open file and no thread', async (t) => {
  const [line] = await run(THREADS, ['leftovers', 30], { server: await serverFor(t) })
  const rounds = JSON.parse(line)
  for (const what of [0, 1]) {
    // Resources that exist temporarily, such as a connection that is being closed, are among the baseline.
    const [early, late] = [rounds.slice(0, 10), rounds.slice(-10)].map((some) => some.map((round) => round[what]))
    assert.ok(Math.min(...late) <= Math.max(...early), line)
  }
})

test('forked processes', async (t) => {
  const server = await serverFor(t)
  const children = Array.from({ length: 3 }, (_, number) => {
    const input = { name: 'send', options: server.options, prefix: number, count: 10 }
    const child = fork(fileURLToPath(CALLING), { env: { ...process.env, ZEXA_TEST_CASE: JSON.stringify(input) } })
    return Promise.all([once(child, 'message'), once(child, 'exit')])
  })
  // `fork()` of Node starts a new process.
  const zexa = new Zexa(server.options)
  await Promise.all(Array.from({ length: 10 }, (_, number) => zexa.messages.send(sms(number))))
  for (const [[sent], ended] of await Promise.all(children)) {
    assert.equal(sent.length, 10)
    assert.deepEqual(ended, [0, null])
  }
  assert.equal((await bodies(server)).length, 40)
})

test('a cluster', async (t) => {
  const server = await serverFor(t)
  cluster.setupPrimary({ exec: fileURLToPath(CALLING) })
  const members = Array.from({ length: 2 }, (_, number) => {
    const input = { name: 'send', options: server.options, prefix: number, count: 10 }
    const member = cluster.fork({ ZEXA_TEST_CASE: JSON.stringify(input) })
    return Promise.all([once(member, 'message'), once(member, 'exit')])
  })
  for (const [[sent], ended] of await Promise.all(members)) {
    assert.equal(sent.length, 10)
    assert.deepEqual(ended, [0, null])
  }
  assert.equal((await bodies(server)).length, 20)
})
