// Worker threads that are terminated at random moments, with calls, lists and bulk sends in flight.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'
import { Ledger } from './zexa.mjs'

/** Repeat a run with the seed that it prints: `ZEXA_TEST_SEED=7 node --test …`. */
const SEED = Number(process.env.ZEXA_TEST_SEED || Math.floor(Math.random() * 1e6))
const WORKERS = 24

test('no crash, no hang, and no message twice', async (t) => {
  t.diagnostic(`ZEXA_TEST_SEED=${SEED}`)
  // Pages and messages take a moment, so that most threads end in the middle.
  const faults = [{ times: 0, probability: 0.3, seed: SEED, delay: 0.005 }]
  const server = await serverFor(t, { state: { credits: 1e6, contacts_count: 300 }, faults })
  const folder = mkdtempSync(join(tmpdir(), 'zexa-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const lines = await run('terminated.mjs', [SEED, WORKERS, folder], { server })
  const reported = lines.map((line) => JSON.parse(line))

  const received = new Map()
  for (const { to } of await server.messages()) received.set(to, (received.get(to) ?? 0) + 1)
  const count = (to) => received.get(to) ?? 0
  const twice = [...received].filter(([, times]) => times > 1)
  assert.deepEqual(twice, [])
  // What a thread has reported as sent was sent, and what was not sent was not.
  for (const { to, outcome } of reported) {
    if (outcome === 'accepted') assert.equal(count(to), 1, `${to} was reported as sent`)
    if (outcome === 'not_sent') assert.equal(count(to), 0, `${to} was reported as not sent`)
  }
  assert.ok(reported.some(({ outcome }) => outcome === 'accepted'))

  // The process has ended, so the ledgers are complete. A thread that ended early has none.
  let rows = 0
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.db'))) {
    const table = join(folder, `${file}.csv`)
    await (await Ledger.open(join(folder, file))).export(table)
    for (const line of readFileSync(table, 'utf8').trim().split('\n').slice(1)) {
      const [key, , state] = line.split(',')
      rows += 1
      if (state === 'accepted') assert.equal(count(key), 1, `${key} is accepted in the ledger`)
      if (state === 'not_sent') assert.equal(count(key), 0, `${key} is not sent in the ledger`)
    }
  }
  assert.notEqual(rows, 0)
})
