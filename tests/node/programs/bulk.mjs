// Programs that run bulk sends. Each prints what it has done.
import { Worker } from 'node:worker_threads'
import { beginWhenFree, resultsOf, rows } from '../bulk_rows.mjs'
import { collect } from '../collect.mjs'
import { main, newClient, say, server } from './support.mjs'

const CASES = {
  /** Sends rows, and prints the number of results. Nothing but the run keeps this program alive. */
  async all(count, ledger) {
    say((await resultsOf(newClient().messages.sendMany(rows(Number(count)), { ledger }))).length)
  },

  /** Sends rows until it is killed. */
  async killed(ledger, concurrency) {
    for await (const { index } of newClient().messages.sendMany(rows(10_000), {
      ledger,
      concurrency: Number(concurrency),
    })) {
      if (index === 0) say('started')
    }
  },

  /** Abandons a run with rows in flight, which the program still references. */
  async abandoned() {
    globalThis.run = newClient().messages.sendMany(rows(1000))
    await globalThis.run.next()
    say('abandoned')
  },

  /** A source that never has a row. */
  async endless() {
    process.once('exit', () => say('ends'))
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }
    newClient().messages.sendMany(never).next()
  },

  /** A run that was abandoned, also with a signal that lives on, is garbage-collected, and then its ledger is free. */
  async collected(ledger) {
    const client = newClient()
    const { signal } = new AbortController()
    const abandon = async () => {
      await client.messages.sendMany(rows(1000), { ledger, signal }).next()
    }
    await abandon()
    const begin = () => {
      collect()
      return client.messages.sendMany(rows(100), { ledger, signal })
    }
    say((await resultsOf(await beginWhenFree(begin))).filter(({ message }) => message).length)
  },

  /** Prints the memory in use while many rows are sent, and the largest number of rows that were pulled ahead. */
  async many(count) {
    const run = newClient().messages.sendMany(rows(Number(count)))
    const used = []
    let [received, ahead] = [0, 0]
    for await (const _ of run) {
      received += 1
      if (received % 1000 !== 0) continue
      ahead = Math.max(ahead, run.stats().pulled - received)
      collect()
      const { heapUsed, external } = process.memoryUsage()
      used.push(heapUsed + external)
    }
    say({ received, ahead, used })
  },

  /** Worker threads are terminated with rows in flight; the process continues, and finishes their runs. */
  async terminated(ledger, times) {
    for (let time = 0; time < Number(times); time += 1) {
      const worker = new Worker(new URL('bulk_worker.mjs', import.meta.url), {
        workerData: { options: server.options, ledger },
      })
      await new Promise((resolve) => worker.once('message', resolve))
      await worker.terminate()
    }
    const client = newClient()
    const run = await beginWhenFree(() => client.messages.sendMany(rows(200), { ledger }))
    const results = await resultsOf(run)
    say({
      sent: results.filter(({ message }) => message).length,
      unknown: results.filter(({ outcome }) => outcome === 'unknown').length,
      replayed: results.filter(({ replayed }) => replayed).length,
    })
  },
}

await main(CASES)
