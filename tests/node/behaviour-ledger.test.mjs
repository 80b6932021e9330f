// Ledgers, and calls with a key, when calls are aborted, and when threads and processes end or stop.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { abort } from './abort_helpers.mjs'
import { accepted, countsOf, HeldServer, keyed, pathFor } from './ledgers.mjs'
import { arrived, bodies } from './programs/messages.mjs'
import { Program, run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'
import { InProgressError, Ledger, Zexa } from './zexa.mjs'

const LEDGERS = 'ledgers.mjs'
const CALLING = new URL('programs/calling.mjs', import.meta.url)
/** A fault: the server carries out each request, and never responds. */
const STALLED = { faults: [{ process: true, times: 0, then: 'stall' }] }

test('an aborted attempt is recorded when its answer arrives', async (t) => {
  const held = await HeldServer.start(t)
  const path = pathFor(t)
  const zexa = new Zexa({ ...held.options, ledger: path })
  const controller = new AbortController()
  const sending = zexa.messages.send(keyed('order-1'), { signal: controller.signal })
  await held.arrived()
  const error = await abort(controller, sending)
  assert.deepEqual([error.outcome, error.safeToRetry], ['unknown', false])
  await assert.rejects(zexa.messages.send(keyed('order-1')), InProgressError)
  held.release()
  await accepted(path)
  assert.equal((await zexa.messages.send(keyed('order-1'))).id, 'msg_1')
  assert.equal(held.received, 1)
})

test('a call that is aborted before or at its start is not in doubt', async (t) => {
  const server = await serverFor(t)
  const path = pathFor(t)
  const zexa = new Zexa({ ...server.options, ledger: path })
  const controller = new AbortController()
  const sending = zexa.messages.send(keyed('order-1'), { signal: AbortSignal.abort() })
  await assert.rejects(sending, { kind: 'cancelled', outcome: 'not_sent' })
  await abort(controller, zexa.messages.send(keyed('order-2'), { signal: controller.signal }))
  await zexa.messages.send(keyed('order-1'))
  assert.equal((await countsOf(path)).inDoubt, 0)
})

test('the attempt of a worker that is terminated is recorded when its answer arrives', async (t) => {
  const held = await HeldServer.start(t)
  const path = pathFor(t)
  const options = { ...held.options, ledger: path }
  const worker = new Worker(CALLING, { workerData: { name: 'keyed', options, key: 'order-1' } })
  await held.arrived()
  await worker.terminate()
  const { claimed, inDoubt } = await countsOf(path)
  assert.deepEqual([claimed, inDoubt], [1, 0])
  held.release()
  await accepted(path)
  assert.equal((await new Zexa(options).messages.send({ ...keyed('order-1'), body: 'keyed' })).id, 'msg_1')
  assert.equal(held.received, 1)
})

test('workers are terminated during operations on a ledger', async (t) => {
  const path = pathFor(t)
  const ledger = await Ledger.open(path, { create: true })
  for (let time = 0; time < 10; time += 1) {
    const worker = new Worker(CALLING, { workerData: { name: 'counting', path } })
    assert.deepEqual(await once(worker, 'message'), [0])
    await worker.terminate()
  }
  assert.equal((await ledger.counts()).accepted, 0)
})

test('a process that is killed during an attempt leaves one row in doubt, which another process names', async (t) => {
  const server = await serverFor(t, STALLED)
  const path = pathFor(t)
  const killed = new Program(LEDGERS, ['send', path, 'order-1'], { server })
  await arrived(server, 1)
  killed.kill('SIGKILL')
  await killed.end({ status: null, signal: 'SIGKILL' })
  const [line] = await run(LEDGERS, ['doubts', path, 'order-1'], { server })
  assert.deepEqual(JSON.parse(line), [['order-1'], ['InDoubtError', 'unknown'], ['order-1']])

  const ledger = await Ledger.open(path)
  const { claimed, inDoubt, oldestDoubt } = await ledger.counts()
  const [row, ...others] = await ledger.inDoubt()
  assert.deepEqual([claimed, inDoubt, others], [0, 1, []])
  assert.deepEqual([row.key, row.operation, row.claimedAt], ['order-1', '/messages', oldestDoubt])
  const [message] = await server.messages()
  await ledger.markSent('order-1', message.id)
  assert.deepEqual(await run(LEDGERS, ['send', path, 'order-1'], { server }), [message.id])
  assert.equal((await server.requests()).length, 1)
})

test('a process that is stopped during an attempt keeps its claim', async (t) => {
  const held = await HeldServer.start(t)
  const path = pathFor(t)
  const stopped = new Program(LEDGERS, ['send', path, 'order-1'], { server: held })
  await held.arrived()
  stopped.kill('SIGSTOP')
  while (!stopped.isStopped) await new Promise(setImmediate)
  const [line] = await run(LEDGERS, ['doubts', path, 'order-1'], { server: held })
  assert.deepEqual(JSON.parse(line), [[], ['InProgressError', 'unknown'], []])
  stopped.kill('SIGCONT')
  held.release()
  assert.deepEqual(await stopped.end(), ['msg_1'])
  assert.deepEqual(await run(LEDGERS, ['send', path, 'order-1'], { server: held }), ['msg_1'])
  assert.equal(held.received, 1)
})

test('several processes use a key at the same time', async (t) => {
  const server = await serverFor(t)
  const path = pathFor(t)
  const programs = Array.from({ length: 4 }, () => run(LEDGERS, ['send', path, 'order-1'], { server }))
  const lines = (await Promise.all(programs)).flat()
  const [{ id }, ...others] = await server.messages()
  assert.deepEqual(others, [])
  for (const line of lines) assert.ok(line === id || line === '["InProgressError","unknown"]', line)
  assert.ok(lines.includes(id))
})

test('an open ledger does not keep the process alive', async (t) => {
  const server = await serverFor(t)
  assert.deepEqual(await run(LEDGERS, ['idle', pathFor(t)], { server }), ['open'])
  assert.deepEqual(await bodies(server), ['the code is 4711'])
})

test('an operation keeps the process alive until it ends', async (t) => {
  const server = await serverFor(t)
  assert.deepEqual(await run(LEDGERS, ['started', pathFor(t)], { server }), ['started', '0'])
})

test('the event loop continues while a file is waited for', async (t) => {
  const ledger = await Ledger.open(pathFor(t), { create: true })
  // Opening a pipe waits for its reader.
  const pipe = pathFor(t, 'june.csv')
  execFileSync('mkfifo', [pipe])
  const exporting = ledger.export(pipe)
  assert.match(await readFile(pipe, 'utf8'), /^key,operation,state,/)
  assert.equal(await exporting, 0)
})

test('process.exit during operations', async (t) => {
  const server = await serverFor(t)
  const path = pathFor(t)
  for (let time = 0; time < 4; time += 1) await run(LEDGERS, ['exit', path, 7], { server }, { status: 7 })
  assert.equal((await countsOf(path)).accepted, 0)
})
