// A cluster of HTTP servers that send a message for each order. SIGHUP replaces all workers, and SIGTERM ends them gracefully.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Zexa, ZexaError } from 'zexa'

const WORKERS = 3

function primary() {
  let isEnding = false
  for (let number = 0; number < WORKERS; number += 1) cluster.fork()
  // A worker that was not told to end is replaced.
  cluster.on('exit', (worker) => isEnding || worker.exitedAfterDisconnect || cluster.fork())
  process.on('SIGHUP', async () => {
    for (const old of Object.values(cluster.workers)) {
      await once(cluster.fork(), 'listening')
      old.disconnect()
    }
    console.log('reloaded')
  })
  process.on('SIGTERM', () => {
    isEnding = true
    cluster.disconnect()
  })
  cluster.once('listening', (_, { port }) => console.log(port))
}

function worker() {
  // Each process creates its own client.
  const zexa = new Zexa({ ledger: process.env.ORDERS_LEDGER })
  const server = createServer(async (request, response) => {
    const { status, ...result } = await ready(zexa, request.url.slice(1))
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(result))
  })
  server.listen(0, '127.0.0.1')
}

async function ready(zexa, order) {
  try {
    const { id } = await zexa.messages.send({
      channel: 'sms',
      to: '+244912345678',
      from: 'ZEXA',
      body: `Order ${order} is ready.`,
      // If this order is posted again, for example because its answer was lost, it is not sent again.
      idempotencyKey: process.env.ORDERS_LEDGER && order,
    })
    return { status: 200, outcome: 'sent', id }
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    return { status: 502, outcome: error.outcome, kind: error.kind }
  }
}

if (cluster.isPrimary) primary()
else worker()
