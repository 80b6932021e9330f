// Memory leaks.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pathFor } from './ledgers.mjs'
import { Program } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

/** Bytes per operation. malloc() allocates at least 32, and an object has at least 16 and a reference to it, so smaller leaks are unlikely. */
const MOST_BYTES = 24
/** Tolerance for memory that is kept by chance. */
const SLACK = 60_000
/**
 * A leak occurs in each round. Caches, and V8's data about heap snapshots, occur in few rounds: a table
 * of all objects, created anew after the first, and sometimes one of megabytes that is freed a round later.
 */
const ROUNDS = 8

const STALLED = [{ path: '/credits', times: 0, then: 'stall' }]
const CASES = {
  sending: {},
  twenty_thousand_calls: { most: 2 },
  sending_with_everything: {},
  failing: {},
  rejected: {},
  unreachable: {},
  aborted: {},
  aborted_before: {},
  // Twenty calls each.
  in_flight_when_aborted: { faults: STALLED, most: 480 },
  clients: {},
  clients_in_use: {},
  lists: {},
  // Twenty rows each.
  bulk_runs: { most: 480 },
  events: {},
  replayed: {},
  in_doubt: {},
  ledgers: {},
  // Memory that Node itself keeps of each thread.
  workers: { most: 4000 },
}

// Prevents V8 from compiling or discarding code in the meantime.
const flags = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode', '--max-semi-space-size=2']

/** A library that reports to programs how many bytes malloc() has allocated. */
function compile(t) {
  const folder = mkdtempSync(join(tmpdir(), 'zexa-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const library = join(folder, 'bytes_in_use.so')
  const source = fileURLToPath(new URL('programs/bytes_in_use.c', import.meta.url))
  execFileSync(process.env.CC || 'cc', ['-shared', '-fPIC', '-o', library, source])
  return library
}

test('no memory leaks in', { concurrency: 2 }, async (t) => {
  const environment = { LD_PRELOAD: compile(t) }
  const look = async (t, name, { faults, most: mostBytes = MOST_BYTES }) => {
    const server = await serverFor(t, { state: { contacts_count: 30, credits: 10_000_000 }, faults })
    const program = new Program('leaks.mjs', [name, pathFor(t)], { server, flags, environment })
    const rounds = []
    let wrong
    do {
      const { times, grown } = await program.json()
      rounds.push(grown)
      const bytes = times * mostBytes + SLACK
      // The number of connections varies.
      const most = { heap: bytes, malloc: bytes, files: times / 2, threads: times / 2 }
      wrong = Object.keys(most).filter((what) => rounds.every((round) => round[what] > most[what]))
    } while (wrong.length > 0 && rounds.length < ROUNDS)
    program.kill('SIGKILL')
    await program.end({ status: null, signal: 'SIGKILL' })
    if (process.env.ZEXA_TEST_MORE) t.diagnostic(`${name}: ${JSON.stringify(rounds)}`)
    assert.deepEqual(wrong, [], JSON.stringify(rounds))
  }
  const cases = Object.entries(CASES)
  await Promise.all(cases.map(([name, about]) => t.test(name.replaceAll('_', ' '), (t) => look(t, name, about))))
})
