// Programs that have worker threads. Some of them never load the package themselves.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { say } from './messages.mjs'

const { url, api_key } = JSON.parse(process.env.ZEXA_TEST_SERVER)
const options = { baseUrl: url, apiKey: api_key }

function start(name, data, more) {
  return new Worker(new URL('calling.mjs', import.meta.url), { workerData: { name, options, ...data }, ...more })
}

/** Waits until it has begun its calls. */
async function begun(worker) {
  const [told] = await once(worker, 'message')
  if (told !== 'begun') throw new Error(told)
  return worker
}

async function send(prefix) {
  const { Zexa } = await import('../zexa.mjs')
  const { sms } = await import('./messages.mjs')
  return (await new Zexa(options).messages.send(sms(prefix))).body
}

const CASES = {
  /** Threads are ended with calls in flight, again and again; then all goes on. */
  async terminate(times, count, main) {
    if (main === 'loads') await send('before')
    for (let time = 0; time < Number(times); time += 1) {
      const worker = await begun(start('for_ever', { count: Number(count) }))
      await worker.terminate()
    }
    say(await send('after'))
  },

  /** Several at once, ended at once. */
  async terminate_together(times, count) {
    for (let time = 0; time < Number(times); time += 1) {
      const workers = Array.from({ length: 4 }, () => start('for_ever', { count: Number(count) }))
      await Promise.all(workers.map(begun))
      await Promise.all(workers.map((worker) => worker.terminate()))
    }
    say(await send('after'))
  },

  /** As it is still loading, or has just begun. */
  async terminate_early(times) {
    for (let time = 0; time < Number(times); time += 1) {
      const worker = start('for_ever', { count: 8 })
      await once(worker, 'online')
      for (let turns = 0; turns < time % 20; turns += 1) await new Promise(setImmediate)
      await worker.terminate()
    }
    say(await send('after'))
  },

  /** The first to load the package is a thread, and it ends before another loads it. */
  async first_in_a_worker() {
    for (const prefix of ['first', 'second']) {
      const worker = start('send', { prefix, count: 1 })
      const [[told]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
      say(told)
    }
  },

  /** A thread ends itself, or fails, with calls in flight. */
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

  /** The process ends with threads that are in calls. */
  async exit(status) {
    await Promise.all(Array.from({ length: 4 }, () => begun(start('for_ever', { count: 16 }))))
    process.exit(Number(status))
  },

  /** The main thread comes to its end by itself: it waits for the thread's call, and for nothing else of it. */
  slow() {
    start('slow').once('message', say)
  },

  /** A thread that ends leaves nothing behind. */
  async leftovers(times) {
    const { readdirSync } = await import('node:fs')
    const told = []
    for (let time = 0; time < Number(times); time += 1) {
      await (await begun(start('for_ever', { count: 4 }))).terminate()
      told.push([readdirSync('/proc/self/fd').length, readdirSync('/proc/self/task').length])
    }
    say(JSON.stringify(told))
  },
}

const [, , name, ...args] = process.argv
await CASES[name](...args)
