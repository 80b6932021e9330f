// Process exit: an idle client does not delay it, a call in flight does, and no way of exiting crashes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodies } from './programs/messages.mjs'
import { Program, run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

const EXITS = 'exits.mjs'
/** A fault that stalls all requests. */
const STALLED = { faults: [{ times: 0, then: 'stall' }] }
const SLOW = { faults: [{ delay: 0.5, method: 'POST' }] }
/** Repetitions of tests of race conditions. */
const TIMES = 8

/** Runs a program to its end many times, several concurrently. */
async function often(server, args, expected) {
  const some = () => Promise.all(Array.from({ length: 4 }, () => run(EXITS, args, { server }, expected)))
  for (let done = 0; done < TIMES; done += 4) await some()
}

test('a client that is never used', async (t) => {
  await run(EXITS, ['unused'], { server: await serverFor(t) })
})

test('an idle client', async (t) => {
  const server = await serverFor(t)
  assert.deepEqual(await run(EXITS, ['idle'], { server }), ['sent'])
})

test('partly read lists', async (t) => {
  const faults = [{ path: '/contacts', skip: 6, times: 0, then: 'stall' }]
  const server = await serverFor(t, { state: { contacts_count: 50 }, faults })
  assert.deepEqual(await run(EXITS, ['partly_read'], { server }), ['partly read'])
})

test('a call in flight', async (t) => {
  const server = await serverFor(t, SLOW)
  assert.deepEqual(await run(EXITS, ['in_flight'], { server }), ['started', 'slow'])
})

test('a call in flight, next to one that ends', async (t) => {
  const server = await serverFor(t, SLOW)
  assert.deepEqual(await run(EXITS, ['in_flight_beside_others'], { server }), ['not_found', 'slow'])
})

test('consecutive calls', async (t) => {
  assert.deepEqual(await run(EXITS, ['in_turn'], { server: await serverFor(t) }), ['0', '1', '2', '3', '4'])
})

test('a list that is being read', async (t) => {
  const server = await serverFor(t, { state: { contacts_count: 20 }, faults: [{ delay: 0.2, times: 0 }] })
  assert.deepEqual(await run(EXITS, ['in_a_list'], { server }), ['20'])
})

test('an aborted call', async (t) => {
  const server = await serverFor(t, STALLED)
  assert.deepEqual(await run(EXITS, ['aborted'], { server }), ['AbortError'])
})

test('a client that is closed during a call', async (t) => {
  const server = await serverFor(t, SLOW)
  assert.deepEqual(await run(EXITS, ['closed'], { server }), ['slow'])
})

test('a call in beforeExit', async (t) => {
  assert.deepEqual(await run(EXITS, ['before_exit'], { server: await serverFor(t) }), ['late'])
})

for (const count of [1, 64]) {
  test(`process.exit with calls in flight: ${count}`, async (t) => {
    const server = await serverFor(t, STALLED)
    for (let time = 0; time < 3; time += 1) await run(EXITS, ['exit', 7, count], { server }, { status: 7 })
  })

  test(`process.exit in the turn in which calls start: ${count}`, async (t) => {
    await often(await serverFor(t, STALLED), ['exit_at_once', 3, count], { status: 3 })
  })
}

test('process.exit while results are delivered', async (t) => {
  await often(await serverFor(t), ['exit_among_answers', 5, 500], { status: 5 })
})

test('process.exit in a logger', async (t) => {
  await often(await serverFor(t), ['exit_in_logger', 4], { status: 4 })
})

test('process.exit in a listener of the signal', async (t) => {
  await run(EXITS, ['exit_in_listener', 6], { server: await serverFor(t, STALLED) }, { status: 6 })
})

test('process.exit in a loop over a list', async (t) => {
  const server = await serverFor(t, { state: { contacts_count: 50 } })
  await often(server, ['exit_while_reading', 9], { status: 9 })
})

test('process.exit after a result, with calls in flight', async (t) => {
  const server = await serverFor(t, { faults: [{ path: '/messages', times: 0, then: 'stall' }] })
  await often(server, ['exit_in_callback', 2], { status: 2 })
})

test('calls that start in an exit handler', async (t) => {
  await often(await serverFor(t), ['begin_at_exit', 8], { status: 8 })
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  test(`${signal} with calls in flight`, async (t) => {
    const server = await serverFor(t, STALLED)
    const ended = new Program(EXITS, ['stalled', 8], { server })
    assert.equal(await ended.line(), 'stalled')
    ended.kill(signal)
    await ended.end({ status: null, signal })
    const handled = new Program(EXITS, ['handled', signal, 12], { server: await serverFor(t, STALLED) })
    assert.equal(await handled.line(), 'stalled')
    handled.kill(signal)
    await handled.end({ status: 12 })
  })
}

test('an uncaught exception, with calls in flight', async (t) => {
  const errors = /RangeError: of somebody else\n/
  await run(EXITS, ['uncaught'], { server: await serverFor(t, STALLED) }, { status: 1, errors })
})

test('an unhandled rejection', async (t) => {
  const errors = /NotFoundError: .*at [^\n]*unhandled [^\n]*exits\.mjs.*kind: 'not_found'/s
  await run(EXITS, ['unhandled'], { server: await serverFor(t) }, { status: 1, errors })
})

test('await at the top level of a module', async (t) => {
  const server = await serverFor(t, { ...SLOW, state: { contacts_count: 3 } })
  const [first, id, count] = await run('top-level.mjs', [], { server })
  assert.deepEqual([first, id, count], ['first', (await server.contacts())[0].id, '3'])
})

test('node --test', async (t) => {
  const server = await serverFor(t, { state: { contacts_count: 50 } })
  const lines = await run('under-test.mjs', [], { server, flags: ['--test', '--test-reporter=tap'] })
  assert.ok(lines.includes('# pass 2'), lines.join('\n'))
  assert.deepEqual(await bodies(server), ['of a test'])
})
