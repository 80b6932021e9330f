// Hands in orders as jobs, prints each result, and exits after the last.
import { Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'

const [, , count] = process.argv
const connect = () => new Redis(process.env.REDIS, { maxRetriesPerRequest: null })
const events = new QueueEvents('orders', { connection: connect() })
await events.waitUntilReady()
const open = new Set(Array.from({ length: Number(count) }, (_, number) => `order-${number}`))
const done = new Promise((resolve) => {
  const report = (result) => {
    console.log(JSON.stringify(result))
    open.delete(result.order)
    if (open.size === 0) resolve()
  }
  events.on('completed', ({ returnvalue }) => report(returnvalue))
  events.on('failed', ({ jobId, failedReason }) => report({ order: jobId, outcome: null, kind: failedReason }))
})
const queue = new Queue('orders', { connection: connect() })
await queue.addBulk(Array.from(open, (order) => ({ name: 'ready', data: { order }, opts: { jobId: order } })))
await done
process.exit()
