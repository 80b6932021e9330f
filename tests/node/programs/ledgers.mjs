// Programs with a ledger, whose path is their first argument.
import { keyed } from '../ledgers.mjs'
import { Ledger } from '../zexa.mjs'
import { main, newClient, say } from './support.mjs'

/** Objects that stay alive as long as the program. */
const kept = []

/** Sends a message with a key. Returns its id, or the name and the outcome of the error. */
async function send(path, key) {
  try {
    return (await newClient({ ledger: path }).messages.send(keyed(key))).id
  } catch ({ name, outcome }) {
    return [name, outcome]
  }
}

const CASES = {
  async send(path, key) {
    say(await send(path, key))
  },

  /** The rows in doubt, before and after a call that uses one of them. */
  async doubts(path, key) {
    const ledger = await Ledger.open(path)
    const keys = async () => (await ledger.inDoubt()).map((row) => row.key)
    say([await keys(), await send(path, key), await keys()])
  },

  /** An open ledger, and a client with it. */
  async idle(path) {
    const client = newClient({ ledger: path })
    await client.messages.send(keyed('order-1'))
    kept.push(client, await Ledger.open(path))
    say('open')
  },

  /** Operations that nothing awaits. */
  started(path) {
    Ledger.open(path, { create: true }).then((ledger) => ledger.counts().then(({ accepted }) => say(accepted)))
    say('started')
  },

  /** `process.exit()` during operations. */
  async exit(path, status) {
    const ledger = await Ledger.open(path, { create: true })
    for (let count = 0; count < 100; count += 1) ledger.counts()
    Ledger.open(path)
    await ledger.counts()
    process.exit(Number(status))
  },
}

await main(CASES)
