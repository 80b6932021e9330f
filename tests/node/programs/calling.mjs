// A worker thread, forked process or cluster worker: makes the calls that its first message names, and reports the results.
import cluster from 'node:cluster'
import { parentPort, workerData } from 'node:worker_threads'
import { Ledger, Zexa } from '../zexa.mjs'
import { sms } from './messages.mjs'

const report = (what) => (parentPort ? parentPort.postMessage(what) : process.send(what))

const CASES = {
  /** Sends messages, and reports their bodies. */
  async send({ options, prefix, count }) {
    const zexa = new Zexa(options)
    const sent = await Promise.all(
      Array.from({ length: count }, (_, number) => zexa.messages.send(sms(`${prefix}: ${number}`))),
    )
    report(sent.map((message) => message.body))
  },

  /** Creates a client from the environment. */
  async environment() {
    try {
      report((await new Zexa().messages.send(sms('by the environment'))).body)
    } catch (error) {
      report(`${error.name}: ${error.message}`)
    }
  },

  /** Reports results as they are. */
  async results({ options }) {
    const zexa = new Zexa(options)
    report(await zexa.messages.send({ ...sms('cloned'), scheduledAt: '2036-07-01T09:00:00Z' }))
    report(await zexa.contacts.list())
    report(await zexa.request('GET', '/credits'))
    report(await zexa.request('GET', '/nowhere').catch((error) => error))
  },

  /** Starts calls, reports that they have started, and continues with more forever. */
  async forever({ options, count }) {
    const zexa = new Zexa(options)
    const again = () => zexa.request('GET', '/credits').then(again, () => {})
    for (let number = 0; number < count; number += 1) again()
    report('started')
  },

  /** Ends the thread with calls in flight. */
  async exit({ options, count, status }) {
    const zexa = new Zexa(options)
    for (let number = 0; number < count; number += 1) zexa.messages.send(sms(number)).catch(() => {})
    process.exit(status)
  },

  async throw({ options, count }) {
    const zexa = new Zexa(options)
    for (let number = 0; number < count; number += 1) zexa.messages.send(sms(number)).catch(() => {})
    throw new RangeError('of the thread')
  },

  /** Sends a message with a key, and reports its id. */
  async keyed({ options, key }) {
    report((await new Zexa(options).messages.send({ ...sms('keyed'), idempotencyKey: key })).id)
  },

  /** Counts the rows of a ledger forever. */
  async counting({ path }) {
    const ledger = await Ledger.open(path)
    report((await ledger.counts()).accepted)
    const again = () => ledger.counts().then(again)
    for (let number = 0; number < 4; number += 1) again()
  },

  /** A slow message: the thread stays alive until it ends. */
  slow({ options }) {
    new Zexa(options).messages.send(sms('slow')).then((message) => report(message.body))
  },
}

const input = workerData ?? JSON.parse(process.env.ZEXA_TEST_CASE)
await CASES[input.name](input)
// The channel to the parent would keep the process alive.
if (cluster.isWorker) process.disconnect()
