// Bulk runs and the process: kills, worker threads, garbage collection and memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ledgerFor, receivedTwice, resultsOf, rows } from './bulk_rows.mjs'
import { Program, run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'
import { InDoubtError, Zexa } from './zexa.mjs'

const PROGRAM = 'bulk.mjs'
const SLOW = { process: true, delay: 0.05, times: 0 }
const RICH = { state: { credits: 1_000_000 } }

test('a run that was killed is continued: no message twice, and at most `concurrency` rows in doubt', async (t) => {
  const server = await serverFor(t, { ...RICH, faults: [SLOW] })
  const ledger = ledgerFor(t)
  const concurrency = 8
  for (const count of [20, 60, 100]) {
    const program = new Program(PROGRAM, ['killed', ledger, concurrency], { server })
    await server.requests(count)
    program.kill('SIGKILL')
    await program.end({ status: null, signal: 'SIGKILL' })
  }
  await server.forgetFaults()
  const results = await resultsOf(new Zexa(server.options).messages.sendMany(rows(200), { ledger }))
  const doubts = results.filter(({ error }) => error instanceof InDoubtError)
  assert.ok(doubts.length <= 3 * concurrency, `${doubts.length}`)
  assert.ok(doubts.every(({ outcome }) => outcome === 'unknown'))
  const sent = results.filter(({ message }) => message)
  assert.equal(sent.length + doubts.length, 200)
  assert.ok(sent.filter(({ replayed }) => replayed).length > 0)
  assert.deepEqual(await receivedTwice(server), [])
  // Each message on the server was reported, or is in doubt.
  const known = new Set(results.filter((result) => !result.error || doubts.includes(result)).map(({ index }) => index))
  for (const { body } of await server.messages()) assert.ok(known.has(Number(body.split(' ')[1])), body)
})

test('a run keeps the process alive while its results are awaited', async (t) => {
  const server = await serverFor(t, { faults: [SLOW] })
  assert.deepEqual(await run(PROGRAM, ['all', 100, ledgerFor(t)], { server }), ['100'])
})

test('an abandoned run does not keep the process alive', async (t) => {
  const server = await serverFor(t, { faults: [{ then: 'stall', skip: 8, times: 0 }] })
  assert.deepEqual(await run(PROGRAM, ['abandoned'], { server }), ['abandoned'])
})

test('a source that never has a row does not keep the process alive', async (t) => {
  const server = await serverFor(t)
  assert.deepEqual(await run(PROGRAM, ['endless'], { server }), ['ends'])
})

test('an abandoned run is garbage-collected', async (t) => {
  const server = await serverFor(t)
  assert.deepEqual(await run(PROGRAM, ['collected', ledgerFor(t)], { server }), ['100'])
  assert.deepEqual(await receivedTwice(server), [])
})

test('worker threads may be terminated in the middle of a run', async (t) => {
  const server = await serverFor(t, { ...RICH, faults: [SLOW] })
  const program = new Program(PROGRAM, ['terminated', ledgerFor(t), 5], { server })
  const { sent, unknown, replayed } = await program.json()
  await program.end()
  // Their attempts end in the background, and are recorded.
  assert.deepEqual([sent, unknown], [200, 0])
  assert.ok(replayed >= 5, `${replayed}`)
  assert.deepEqual(await receivedTwice(server), [])
})

test('memory is bounded', async (t) => {
  const server = await serverFor(t, RICH)
  const program = new Program(PROGRAM, ['many', 20_000], { server })
  const { received, ahead, used } = await program.json()
  await program.end()
  assert.equal(received, 20_000)
  assert.ok(ahead <= 64, `${ahead}`)
  const grown = used.at(-1) - used[4]
  assert.ok(grown < 1_000_000, `${grown} of ${used}`)
})
