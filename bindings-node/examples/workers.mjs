// Sends messages from several worker threads. A client cannot be passed to a thread, so each creates its own.
//
// Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. One thread sends as fast: this is for programs that use worker
// threads for other reasons.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Zexa, ZexaError } from 'zexa'

const THREADS = 4
const NUMBERS = Array.from({ length: 20 }, (_, index) => `+2449123456${index + 10}`)

async function main() {
  const shares = Array.from({ length: THREADS }, (_, thread) =>
    NUMBERS.filter((_, index) => index % THREADS === thread),
  )
  const sent = await Promise.all(shares.map(inThread))
  for (const [thread, count] of sent.entries()) console.log(`thread ${thread + 1} sent ${count}`)
}

/**
 * Sends to the numbers in a worker thread. Returns the number of messages sent.
 *
 * @param {string[]} numbers
 * @returns {Promise<number>}
 */
async function inThread(numbers) {
  const worker = new Worker(new URL(import.meta.url), { workerData: numbers })
  const [count] = await once(worker, 'message')
  return count
}

/** Runs in a worker thread, which has a copy of the environment of the process. */
async function work() {
  const zexa = new Zexa()
  let count = 0
  for (const to of workerData) {
    try {
      await zexa.messages.send({ channel: 'sms', to, from: 'ZEXA', body: 'Hello' })
      count += 1
    } catch (error) {
      if (!(error instanceof ZexaError)) throw error
      console.error(`${to}: ${error}`)
    }
  }
  parentPort?.postMessage(count)
}

await (isMainThread ? main() : work())
