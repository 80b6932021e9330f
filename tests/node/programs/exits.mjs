// Programs that exit while clients are idle or have calls in flight.
import { arrived } from './messages.mjs'
import { beginCalls, main, newClient, say, send, server } from './support.mjs'

/** Objects that stay alive as long as the program. */
const kept = []

function keep(...things) {
  kept.push(...things)
  return things[0]
}

const CASES = {
  /** A client that is never used. */
  unused() {
    keep(newClient(), newClient({ logger: console }).withOptions({ timeout: 1 }))
  },

  /** Idle connections. */
  async idle() {
    const client = keep(newClient())
    await Promise.all(Array.from({ length: 8 }, (_, number) => send(client, number)))
    say('sent')
  },

  /** Partly read lists, one of which has prefetched pages that stall. */
  async partly_read() {
    const list = newClient().contacts.list({ perPage: 5 })
    await keep(list[Symbol.asyncIterator]()).next()
    const pages = keep(list.pages()[Symbol.asyncIterator]())
    await pages.next()
    await pages.next()
    // Pages 2 to 5 are requested together and arrive in any order: none of the stalled ones may be one of these.
    await arrived(server, 6)
    await pages.next()
    await arrived(server, 7)
    say('partly read')
  },

  /** A slow call that nothing awaits. */
  in_flight() {
    send(newClient(), 'slow').then((message) => say(message.body))
    say('started')
  },

  /** The end of one call does not end others. */
  in_flight_beside_others() {
    const [one, other] = [newClient(), newClient()]
    send(other, 'slow').then((message) => say(message.body))
    one.request('GET', '/nowhere').catch((error) => say(error.kind))
  },

  /** Consecutive calls, each started when nothing else keeps the process alive. */
  async in_turn() {
    const client = newClient()
    for (let number = 0; number < 5; number += 1) say((await send(client, number)).body)
  },

  /** A slow page of a list. */
  in_a_list() {
    const list = newClient().contacts.list({ perPage: 5 })
    const read = async () => {
      let count = 0
      for await (const _ of list) count += 1
      say(count)
    }
    read()
  },

  /** An aborted call lets the program exit. */
  aborted() {
    const controller = new AbortController()
    send(newClient(), 'aborted', { signal: controller.signal }).catch((reason) => say(reason.name))
    controller.abort()
  },

  /** A closed client lets its calls end, and then the program exits. */
  async closed() {
    const client = keep(newClient())
    send(client, 'slow').then((message) => say(message.body))
    await arrived(server, 1)
    client.close()
  },

  /** A call in `beforeExit` keeps the event loop running. */
  before_exit() {
    process.once('beforeExit', () => send(newClient(), 'late').then((message) => say(message.body)))
  },

  /** `process.exit()` with `count` calls in flight. */
  async exit(status, count) {
    await beginCalls(keep(newClient()), Number(count))
    process.exit(Number(status))
  },

  /** In the same turn in which calls start. */
  exit_at_once(status, count) {
    const client = keep(newClient())
    for (let number = 0; number < Number(count); number += 1) send(client, number).catch(() => {})
    process.exit(Number(status))
  },

  /** While results are delivered. */
  exit_among_answers(status, count) {
    const client = keep(newClient())
    let results = 0
    const again = () =>
      client.request('GET', '/credits').then(() => {
        results += 1
        if (results === Number(count)) process.exit(Number(status))
        return again()
      })
    for (let number = 0; number < 64; number += 1) again()
  },

  async exit_in_callback(status) {
    const client = keep(newClient())
    await beginCalls(client, 32)
    client.request('GET', '/credits').then(() => process.exit(Number(status)))
  },

  /** In a callback of the package. */
  exit_in_logger(status) {
    const exit = () => process.exit(Number(status))
    const client = keep(newClient({ logger: { debug: exit, info: exit } }))
    for (let number = 0; number < 64; number += 1) client.request('GET', '/credits')
  },

  async exit_in_listener(status) {
    const client = keep(newClient())
    const controller = new AbortController()
    controller.signal.addEventListener('abort', () => process.exit(Number(status)))
    for (let number = 0; number < 64; number += 1) send(client, number, { signal: controller.signal }).catch(() => {})
    await arrived(server, 64)
    controller.abort()
  },

  async exit_while_reading(status) {
    const client = keep(newClient())
    for await (const _ of client.contacts.list({ perPage: 1 })) process.exit(Number(status))
  },

  /** A call in an exit handler is not continued, and does no harm. */
  begin_at_exit(status) {
    const client = keep(newClient())
    process.on('exit', () => {
      for (let number = 0; number < 8; number += 1) send(client, number)
      send(newClient(), 'new')
    })
    process.exitCode = Number(status)
  },

  /** Waits for a signal, with stalled calls in flight. */
  async stalled(count) {
    await beginCalls(keep(newClient()), Number(count))
    say('stalled')
  },

  /** The same, with a signal handler. */
  async handled(signal, status) {
    process.on(signal, () => process.exit(Number(status)))
    await CASES.stalled(8)
  },

  async uncaught() {
    await beginCalls(keep(newClient()), 8)
    setImmediate(() => {
      throw new RangeError('of somebody else')
    })
  },

  /** An unhandled rejection is reported as usual. */
  unhandled() {
    newClient().request('GET', '/nowhere')
  },
}

await main(CASES)
