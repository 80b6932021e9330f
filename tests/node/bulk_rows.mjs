// Rows and ledgers of the tests of bulk runs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A message, each to another recipient, with a key. */
export function row(number) {
  const to = `+2449230${String(number).padStart(5, '0')}`
  return { channel: 'sms', to, from: 'ZEXA', body: `Hello ${number}`, idempotencyKey: `june-${number}` }
}

export function* rows(count, start = 0) {
  for (let number = start; number < start + count; number += 1) yield row(number)
}

export async function* asyncRows(count) {
  for (const one of rows(count)) {
    await new Promise(setImmediate)
    yield one
  }
}

/** The path of a ledger in a new folder, which is removed after the test `t`. */
export function ledgerFor(t) {
  const folder = mkdtempSync(join(tmpdir(), 'zexa-bulk-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'june.db')
}

/** The results of a run, and the error with which it ended. */
export async function outcomeOf(run) {
  const results = []
  try {
    for await (const result of run) results.push(result)
  } catch (error) {
    return { results, error }
  }
  return { results }
}

/** The results of a run that does not stop. */
export async function resultsOf(run) {
  const { results, error } = await outcomeOf(run)
  if (error !== undefined) throw error
  return results
}

/** Recipients who have more than one message on the server. */
export async function receivedTwice(server) {
  const recipients = (await server.messages()).map((message) => message.to)
  return recipients.filter((to, index) => recipients.indexOf(to) !== index)
}

/** Begins a run as soon as an earlier one of the same ledger has ended. */
export async function beginWhenFree(begin) {
  for (;;) {
    try {
      return begin()
    } catch (error) {
      if (!error.message.includes('is used by another bulk run')) throw error
    }
    await new Promise(setImmediate)
  }
}
