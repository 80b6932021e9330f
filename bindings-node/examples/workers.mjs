// Messages from several worker threads, each with a client of its own: what cannot be posted to a thread is made there.
//
// It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. A single thread sends as fast: this is for programs that have
// threads for what they compute.
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
 * Has a thread send to the numbers, and gives how many it has sent to.
 *
 * @param {string[]} numbers
 * @returns {Promise<number>}
 */
async function inThread(numbers) {
  const worker = new Worker(new URL(import.meta.url), { workerData: numbers })
  const [count] = await once(worker, 'message')
  return count
}

/** What a thread does. It has a copy of the environment of the process. */
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
