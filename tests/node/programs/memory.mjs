// Creates, uses and drops a client with a secret key in a worker thread, and lets the parent read its memory in between.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { say, sms } from './messages.mjs'

/** Changes each byte, so that the memory does not contain the key yet. */
const MASK = 0x15

async function use({ masked, options }) {
  const { Zexa } = await import('../zexa.mjs')
  const apiKey = Buffer.from(masked, 'hex')
    .map((byte) => byte ^ MASK)
    .toString('latin1')
  const zexa = new Zexa({ apiKey, ...options })
  await zexa.messages.send(sms('Hello'))
  await zexa.contacts.list().toArray()
  await zexa.messages.get('msg_none').catch((error) => error)
  zexa.close()
}

if (isMainThread) {
  const [, , masked, options] = process.argv
  const input = createInterface(process.stdin)
  const worker = new Worker(new URL(import.meta.url), { workerData: { masked, options: JSON.parse(options) } })
  await once(worker, 'message')
  say('in use')
  await once(input, 'line')
  await worker.terminate()
  say('ended')
  await once(input, 'line')
  input.close()
} else {
  await use(workerData)
  parentPort.postMessage('in use')
  setInterval(() => {}, 1 << 30)
}
