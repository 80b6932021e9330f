// Programs with worker threads. Some never load the package on the main thread.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { say } from './messages.mjs'

const { url, api_key } = JSON.parse(process.env.ZEXA_TEST_SERVER)
const options = { baseUrl: url, apiKey: api_key }

function start(name, data, more) {
  return new Worker(new URL('calling.mjs', import.meta.url), { workerData: { name, options, ...data }, ...more })
}

/** Waits until a worker has started its calls. */
async function started(worker) {
  const [text] = await once(worker, 'message')
  if (text !== 'started') throw new Error(text)
  return worker
}

async function send(prefix) {
  const { Zexa } = await import('../zexa.mjs')
  const { sms } = await import('./messages.mjs')
  return (await new Zexa(options).messages.send(sms(prefix))).body
}

const CASES = {
  /** Threads are terminated with calls in flight, repeatedly; the process continues to work. */
  async terminate(times, count, main) {
    if (main === 'loads') await send('before')
    for (let time = 0; time < Number(times); time += 1) {
      const worker = await started(start('forever', { count: Number(count) }))
      await worker.terminate()
    }
    say(await send('after'))
  },

  /** Several threads, terminated together. */
  async terminate_together(times, count) {
    for (let time = 0; time < Number(times); time += 1) {
      const workers = Array.from({ length: 4 }, () => start('forever', { count: Number(count) }))
      await Promise.all(workers.map(started))
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
    say(await send('after'))
  },

  /** While a thread is loading, or has just started. */
  async terminate_early(times) {
    for (let time = 0; time < Number(times); time += 1) {
      const worker = start('forever', { count: 8 })
      await once(worker, 'online')
      for (let turns = 0; turns < time % 20; turns += 1) await new Promise(setImmediate)
      await worker.terminate()
    }
    say(await send('after'))
  },

  /** The first to load the package is a worker, which ends before another thread loads it. */
  async first_in_a_worker() {
    for (const prefix of ['first', 'second']) {
      const worker = start('send', { prefix, count: 1 })
      const [[body]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
      say(body)
    }
  },

  /** A thread exits or fails with calls in flight. */
  async end_itself(times) {
    for (let time = 0; time < Number(times); time += 1) {
      const [status] = await once(start('exit', { count: 16, status: 5 }), 'exit')
      if (status !== 5) throw new Error(`it ended with ${status}`)
      const failing = start('throw', { count: 16 })
      const [error] = await once(failing, 'error')
      if (!(error instanceof RangeError)) throw error
    }
    say(await send('after'))
  },

  /** The process exits while threads have calls in flight. */
  async exit(status) {
    await Promise.all(Array.from({ length: 4 }, () => started(start('forever', { count: 16 }))))
    process.exit(Number(status))
  },

  /** The main thread ends by itself: the process waits for the call of the worker, and nothing else. */
  slow() {
    start('slow').once('message', say)
  },

  /** An ended thread leaves no resources behind. */
  async leftovers(times) {
    const { readdirSync } = await import('node:fs')
    const samples = []
    for (let time = 0; time < Number(times); time += 1) {
      await (await started(start('forever', { count: 4 }))).terminate()
      samples.push([readdirSync('/proc/self/fd').length, readdirSync('/proc/self/task').length])
    }
    say(JSON.stringify(samples))
  },
}

const [, , name, ...args] = process.argv
await CASES[name](...args)
