// A BullMQ worker that sends a message for each order. A job whose worker was killed is stalled, and runs again.
import { DelayedError, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { APIConnectionError, RateLimitError, Zexa, ZexaError } from 'zexa'

// One client per process. The ledger does not let a key be sent twice.
const zexa = new Zexa({ ledger: process.env.ORDERS_LEDGER })

async function ready(job, token) {
  const { order } = job.data
  try {
    const { id } = await zexa.messages.send({
      channel: 'sms',
      to: '+244912345678',
      from: 'ZEXA',
      body: `Order ${order} is ready.`,
      // The primary key of the row that the message is about.
      idempotencyKey: order,
    })
    return { order, outcome: 'sent', id }
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    // Not sent, and may succeed later.
    if (error.safeToRetry && (error instanceof RateLimitError || error instanceof APIConnectionError)) {
      await job.moveToDelayed(Date.now() + (error.retryAfter ?? 60_000), token)
      throw new DelayedError()
    }
    return { order, outcome: error.outcome, kind: error.kind }
  }
}

const worker = new Worker('orders', ready, {
  connection: new Redis(process.env.REDIS, { maxRetriesPerRequest: null }),
  concurrency: 5,
  // Milliseconds after which a job without a living worker runs again, on the next check.
  lockDuration: Number(process.env.LOCK_DURATION ?? 30_000),
  stalledInterval: Number(process.env.LOCK_DURATION ?? 30_000),
  // How often that may happen to a job before it fails.
  maxStalledCount: 5,
})
// Without a listener, an error ends the process: such as a lock that was lost because the process was stopped for longer than it
// lasts. The job then runs again, and the ledger has its result.
worker.on('error', (error) => console.error(error.message))
await worker.waitUntilReady()
console.log('ready')

// Waits for the jobs in progress.
process.once('SIGTERM', async () => {
  await worker.close()
  process.exit()
})
