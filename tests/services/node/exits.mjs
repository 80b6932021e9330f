// Ways to exit with calls in flight: exits.mjs WAY. A line on stdin starts the exit.
import { once } from 'node:events'
import { Zexa, ZexaError } from 'zexa'

const [, , way] = process.argv
const zexa = new Zexa({ ledger: process.env.ORDERS_LEDGER })
let isEnding = false

async function ready(order) {
  console.log(JSON.stringify({ order, starts: true }))
  try {
    const message = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: `Order ${order} is ready.` }
    const { id } = await zexa.messages.send({ ...message, idempotencyKey: order })
    console.log(JSON.stringify({ order, outcome: 'sent', id }))
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    console.log(JSON.stringify({ order, outcome: error.outcome, kind: error.kind }))
  }
}

async function sendFrom(name) {
  for (let number = 0; !isEnding; number += 1) await ready(`${name}-${number}`)
}

for (const name of ['a', 'b', 'c', 'd']) sendFrom(name)
await once(process.stdin, 'data')
if (way === 'exit') process.exit(3)
if (way === 'throw') throw new RangeError('of the application')
// The process ends when no call is in flight. A call in `beforeExit` keeps it alive once more.
isEnding = true
process.stdin.destroy()
process.once('beforeExit', () => ready('last'))
process.exitCode = 3
