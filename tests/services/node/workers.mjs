// Worker threads that send messages. A thread can be terminated at any time. The program reads orders from stdin, one per line.
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Zexa, ZexaError } from 'zexa'

/** A thread, and the orders that it has not reported yet. It is replaced when it ends. */
class Sender {
  #worker
  #open = new Set()

  constructor() {
    this.#worker = this.#start()
  }

  send(order) {
    this.#open.add(order)
    this.#worker.postMessage(order)
  }

  /** Orders without a report are in doubt: the thread may have sent them. */
  async terminate() {
    await this.#worker.terminate()
    for (const order of this.#open) report({ order, outcome: null })
    this.#open.clear()
    this.#worker = this.#start()
  }

  /** Lets the thread end when it has nothing left to do. */
  end() {
    this.#worker.postMessage(null)
  }

  #start() {
    const worker = new Worker(new URL(import.meta.url))
    worker.on('message', (result) => {
      this.#open.delete(result.order)
      report(result)
    })
    return worker
  }
}

function report(result) {
  console.log(JSON.stringify(result))
}

async function main() {
  const senders = [new Sender(), new Sender(), new Sender()]
  let number = 0
  for await (const line of createInterface(process.stdin)) {
    const sender = senders[number++ % senders.length]
    if (line === 'terminate') await sender.terminate()
    else sender.send(line)
  }
  for (const sender of senders) sender.end()
}

function work() {
  // Each thread creates its own client.
  const zexa = new Zexa({ ledger: process.env.ORDERS_LEDGER })
  parentPort.on('message', async (order) => {
    // Calls in flight keep the thread alive.
    if (order === null) return parentPort.unref()
    parentPort.postMessage({ order, ...(await ready(zexa, order)) })
  })
}

async function ready(zexa, order) {
  try {
    const { id } = await zexa.messages.send({
      channel: 'sms',
      to: '+244912345678',
      from: 'ZEXA',
      body: `Order ${order} is ready.`,
      idempotencyKey: process.env.ORDERS_LEDGER && order,
    })
    return { outcome: 'sent', id }
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    return { outcome: error.outcome, kind: error.kind }
  }
}

if (isMainThread) await main()
else work()
