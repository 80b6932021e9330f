// Terminates worker threads at random moments, with calls, lists and bulk sends in flight. Prints what the threads have reported.
import { once } from 'node:events'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { say } from './messages.mjs'

/** Random numbers from 0 to 1 that a seed determines. */
function randomNumbers(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A message to a recipient of its own. */
function messageTo(worker, number) {
  return {
    channel: 'sms',
    to: `+2449${String(worker * 100_000 + number).padStart(8, '0')}`,
    from: 'ZEXA',
    body: 'Hello',
  }
}

/** Makes calls until the thread is terminated. */
async function work({ worker, options, ledger }) {
  const { Zexa } = await import('../zexa.mjs')
  const zexa = new Zexa({ ...options, ledger })
  let number = 0
  let calls = 0
  const report = (to, outcome) => parentPort.postMessage({ to, outcome })
  const done = () => {
    calls += 1
    parentPort.postMessage({ calls })
  }

  async function send() {
    number += 1
    const message = messageTo(worker, number)
    if (number % 2) message.idempotencyKey = message.to
    try {
      await zexa.messages.send(message)
      report(message.to, 'accepted')
    } catch (error) {
      report(message.to, error.outcome)
    }
  }

  async function list() {
    for await (const contact of zexa.contacts.list({ perPage: 10 })) {
      if (!contact.id) throw new Error('no contact')
      done()
    }
  }

  async function sendMany() {
    const rows = Array.from({ length: 20 }, () => {
      number += 1
      const message = messageTo(worker, number)
      return { ...message, idempotencyKey: message.to }
    })
    for await (const result of zexa.messages.sendMany(rows, { concurrency: 4 }))
      report(result.idempotencyKey, result.outcome)
  }

  const forever = async (call) => {
    for (;;) {
      await call()
      done()
    }
  }
  for (const call of [send, send, list, sendMany]) forever(call)
}

async function main(seed, count, folder) {
  const { url, api_key } = JSON.parse(process.env.ZEXA_TEST_SERVER)
  const random = randomNumbers(seed)
  const results = []
  /** Starts a thread, and terminates it after a random number of its calls, or while it starts. */
  async function runWorker(number) {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: {
        worker: number,
        options: { baseUrl: url, apiKey: api_key, maxRetries: 0 },
        ledger: join(folder, `${number}.db`),
      },
    })
    const last = Math.floor(random() * 60)
    const enough = deferred()
    worker.on('message', ({ calls, ...result }) => {
      if (result.to) results.push(result)
      if (calls >= last) enough.resolve()
    })
    worker.on('error', enough.reject)
    await once(worker, 'online')
    if (last > 3) await enough.promise
    for (let turn = Math.floor(random() * 10); turn > 0; turn -= 1) await new Promise(setImmediate)
    await worker.terminate()
  }
  for (let number = 0; number < count; number += 4) {
    await Promise.all([0, 1, 2, 3].map((offset) => runWorker(number + offset)))
  }
  for (const result of results) say(result)
}

/** A promise with the functions that settle it. */
function deferred() {
  const parts = {}
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
  return parts
}

if (isMainThread) {
  const [, , seed, count, folder] = process.argv
  await main(Number(seed), Number(count), folder)
} else {
  await work(workerData)
}
