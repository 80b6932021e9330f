// Creates a job of BullMQ for each phone number, and every tenth job twice.
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'

const queue = new Queue('orders', { connection: new Redis(process.env.BROKER_URL, { maxRetriesPerRequest: null }) })
const jobs = process.argv.slice(2).map((phone, order) => ({ name: 'ready', data: { order, phone } }))
await queue.addBulk([...jobs, ...jobs.filter((_, index) => index % 10 === 0)])
process.exit()
