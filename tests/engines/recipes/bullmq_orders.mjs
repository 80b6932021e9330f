// A BullMQ worker that sends one SMS per order. Start any number of them with `node bullmq_orders.mjs`.
import { DelayedError, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { Zexa, ZexaError } from 'zexa'

const zexa = new Zexa({ ledger: process.env.LEDGER_URL, timeout: 10_000, deadline: 60_000 })
// Errors about the order. After others, the call is repeated with its key: the ledger sends no key twice.
const FINAL = ['invalid_request', 'validation', 'key_reused', 'in_doubt', 'decode', 'server']

async function ready(job, token) {
  const { order, phone } = job.data
  try {
    await zexa.messages.send({
      channel: 'sms',
      to: phone,
      from: 'ZEXA',
      body: `Order ${order} is ready.`,
      idempotencyKey: `order-${order}-ready`, // from the row in the shop's database, not from the job
    })
    return 'accepted'
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    if (FINAL.includes(error.kind)) return error.outcome
    await job.moveToDelayed(Date.now() + (error.retryAfter ?? 15_000), token)
    throw new DelayedError()
  }
}

const lockDuration = Number(process.env.LOCK_DURATION ?? 30_000)
const worker = new Worker('orders', ready, {
  connection: new Redis(process.env.BROKER_URL, { maxRetriesPerRequest: null }),
  concurrency: 8,
  limiter: { max: Number(process.env.RATE_LIMIT ?? 50), duration: 1000 }, // messages per second of all workers
  lockDuration, // milliseconds after which the job of a killed worker is stalled
  stalledInterval: lockDuration,
  maxStalledCount: 100, // how often a stalled job runs again, instead of failing
})
worker.on('error', (error) => console.error(error.message)) // without a listener, an error ends the process
process.once('SIGTERM', () => worker.close().then(() => process.exit())) // waits for the jobs in progress
