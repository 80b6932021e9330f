// What a worker thread, a forked process or a member of a cluster does: it makes calls as its first message says, and tells of them.
import cluster from 'node:cluster'
import { parentPort, workerData } from 'node:worker_threads'
import { Zexa } from '../zexa.mjs'
import { sms } from './messages.mjs'

const tell = (what) => (parentPort ? parentPort.postMessage(what) : process.send(what))

const CASES = {
  /** Sends so many messages, and tells their bodies. */
  async send({ options, prefix, count }) {
    const zexa = new Zexa(options)
    const sent = await Promise.all(
      Array.from({ length: count }, (_, number) => zexa.messages.send(sms(`${prefix}: ${number}`))),
    )
    tell(sent.map((message) => message.body))
  },

  /** Makes a client of nothing but the environment. */
  async environment() {
    try {
      tell((await new Zexa().messages.send(sms('by the environment'))).body)
    } catch (error) {
      tell(`${error.name}: ${error.message}`)
    }
  },

  /** Tells results as they are. */
  async results({ options }) {
    const zexa = new Zexa(options)
    tell(await zexa.messages.send({ ...sms('cloned'), scheduledAt: '2036-07-01T09:00:00Z' }))
    tell(await zexa.contacts.list())
    tell(await zexa.request('GET', '/credits'))
    tell(await zexa.request('GET', '/nowhere').catch((error) => error))
  },

  /** Begins calls, tells when they are begun, and goes on with more of them for ever. */
  async for_ever({ options, count }) {
    const zexa = new Zexa(options)
    const again = () => zexa.request('GET', '/credits').then(again, () => {})
    for (let number = 0; number < count; number += 1) again()
    tell('begun')
  },

  /** Ends its thread with calls in flight. */
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

  /** A message that takes its time: the thread lives for so long, and no longer. */
  slow({ options }) {
    new Zexa(options).messages.send(sms('slow')).then((message) => tell(message.body))
  },
}

const told = workerData ?? JSON.parse(process.env.ZEXA_TEST_CASE)
await CASES[told.name](told)
// Whoever is connected to its parent by a channel would live on.
if (cluster.isWorker) process.disconnect()
