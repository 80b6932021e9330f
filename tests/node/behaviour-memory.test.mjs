// Leaks: what is done many times leaves nothing behind.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Program } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

/** Bytes of each time. The least that malloc() gives is 32, and an object has no less than 16 and what refers to it, so little can leak less. */
const MOST_BYTES = 24
/** What of it is kept by chance. */
const SLACK = 60_000
/**
 * What leaks does so in each round. In few there is what is kept for the next time, and what V8 has of the heap's snapshots: a table
 * of all objects, made anew after the first, and at times a whole one, of megabytes, that is freed a round late.
 */
const ROUNDS = 8

const STALLED = [{ path: '/credits', times: 0, then: 'stall' }]
const CASES = {
  sending: {},
  twenty_thousand_calls: { most: 2 },
  sending_with_everything: {},
  failing: {},
  refused: {},
  unreachable: {},
  aborted: {},
  aborted_before: {},
  // Twenty calls each.
  in_flight_when_aborted: { faults: STALLED, most: 480 },
  clients: {},
  clients_in_use: {},
  lists: {},
  events: {},
  // What Node itself leaves of each thread.
  workers: { most: 4000 },
}

// No code is made or forgotten meanwhile.
const flags = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode', '--max-semi-space-size=2']

/** What tells programs how many bytes malloc() has given out. */
function compile(t) {
  const folder = mkdtempSync(join(tmpdir(), 'zexa-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const library = join(folder, 'bytes_in_use.so')
  const source = fileURLToPath(new URL('programs/bytes_in_use.c', import.meta.url))
  execFileSync(process.env.CC || 'cc', ['-shared', '-fPIC', '-o', library, source])
  return library
}

test('nothing is left of', { concurrency: 2 }, async (t) => {
  const environment = { LD_PRELOAD: compile(t) }
  const look = async (t, name, { faults, most: mostBytes = MOST_BYTES }) => {
    const server = await serverFor(t, { state: { contacts_count: 30, credits: 10_000_000 }, faults })
    const program = new Program('leaks.mjs', [name], { server, flags, environment })
    const rounds = []
    let wrong
    do {
      const { times, grown } = await program.told()
      rounds.push(grown)
      const bytes = times * mostBytes + SLACK
      // Connections come and go.
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
