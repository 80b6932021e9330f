// A service that sends messages until SIGTERM or SIGINT. It then cancels the calls in flight, reports their outcomes, and ends.
import { Zexa, ZexaError } from 'zexa'

const zexa = new Zexa({ ledger: process.env.ORDERS_LEDGER })
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort())

async function ready(order) {
  say({ order, starts: true })
  try {
    const message = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: `Order ${order} is ready.` }
    const { id } = await zexa.messages.send({ ...message, idempotencyKey: order }, { signal: stop.signal })
    say({ order, outcome: 'sent', id })
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    say({ order, outcome: error.outcome, kind: error.kind })
  }
}

async function sendUntilStopped(name) {
  for (let number = 0; !stop.signal.aborted; number += 1) await ready(`${name}-${number}`)
}

function say(line) {
  console.log(JSON.stringify(line))
}

await Promise.all(['a', 'b', 'c', 'd'].map(sendUntilStopped))
