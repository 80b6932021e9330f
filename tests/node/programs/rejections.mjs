// Makes calls fail in every way, and reports each unhandled rejection and each warning.
import { setImmediate as turn } from 'node:timers/promises'
import { ZexaError } from '../zexa.mjs'
import { arrived, sms } from './messages.mjs'
import { main, newClient, say, send, server } from './support.mjs'

const found = []
for (const event of ['unhandledRejection', 'uncaughtException', 'rejectionHandled', 'multipleResolves', 'warning']) {
  process.on(event, (what, more) =>
    found.push(`${event}: ${String(what)} ${event === 'multipleResolves' ? String(more) : ''}`),
  )
}

const nowhere = { baseUrl: 'http://127.0.0.1:9/v1', maxRetries: 0 }

/** Handles a rejection, and ignores it. */
function ignore(promise) {
  return promise.then(
    () => {},
    () => {},
  )
}

async function read(items) {
  for await (const _ of items);
}

const CASES = {
  /** Calls that fail, and are handled once. */
  async failing() {
    await server.fault({ path: '/credits', times: 0, then: 'stall' })
    const client = newClient()
    const { signal } = new AbortController()
    const calls = [
      send(client, 'x', { novel: 1 }),
      send(client, 'x', 'no object'),
      client.messages.send({ novel: 1 }),
      client.messages.send(),
      client.messages.send({ ...sms('x'), to: '912' }, { signal }),
      client.messages.send({ ...sms('x'), from: 'NOPE' }),
      client.messages.get('msg_nowhere'),
      client.messages.get(''),
      client.messages.get(),
      client.messages.wait('msg_nowhere'),
      client.contacts.delete('con_nowhere'),
      client.campaigns.get('cmp_nowhere'),
      client.campaigns.wait('cmp_nowhere', { until: 'never' }),
      client.webhooks.create({ url: 'http://127.0.0.1/' }),
      client.request('GET', '/nowhere'),
      client.request(),
      client.request('GET', '/credits', { body: 1n }),
      newClient(nowhere).credits.get(),
      send(newClient(nowhere), 'x', { signal }),
      newClient().credits.get({ timeout: 50, maxRetries: 0 }),
      newClient().credits.get({ deadline: 50 }),
      send(client, 'x', { signal: AbortSignal.abort() }),
      send(client.withOptions({ signal: AbortSignal.abort() }), 'x'),
    ]
    const closed = newClient()
    closed.close()
    calls.push(send(closed, 'x'))
    const ends = await Promise.allSettled(calls)
    say(ends.findIndex((end) => end.status === 'fulfilled'))
  },

  async failing_lists() {
    const client = newClient()
    const signal = AbortSignal.abort()
    const lists = [
      () => client.contacts.list({ novel: 1 }),
      () => client.contacts.list({ perPage: -1 }),
      () => client.contacts.list({}, { novel: 1 }),
      () => newClient({ apiKey: 'wrong' }).contacts.list(),
      () => client.contacts.list({}, { signal }),
      () => newClient(nowhere).contacts.list(),
      () => newClient(nowhere).campaigns.list({}, { timeout: 1 }),
      () => newClient(nowhere).senderIds.list(),
    ]
    const ways = [
      read,
      (list) => read(list.pages()),
      (list) => list.page(1),
      (list) => list.page('x'),
      (list) => list.toArray(),
      (list) => list.toArray({ novel: 1 }),
      (list) => list.then((page) => page),
      (list) => list.catch((error) => Promise.reject(error)),
      (list) => list.finally(() => {}),
      (list) => Promise.resolve(list),
      (list) => list[Symbol.asyncIterator]().next(),
      (list) => list.pages()[Symbol.asyncIterator]().next(),
    ]
    const ends = await Promise.allSettled(lists.flatMap((list) => ways.map((way) => way(list()))))
    say(ends.filter((end) => end.status === 'fulfilled').length)
  },

  /** Lists that are never read, or not to their end. */
  async lists_left() {
    const client = newClient()
    const lists = [
      client.contacts.list({ novel: 1 }),
      client.contacts.list({}, { signal: AbortSignal.abort() }),
      client.contacts.list({ perPage: 5 }),
      newClient(nowhere).contacts.list(),
    ]
    for (const list of lists) {
      list.pages()
      list.pages()[Symbol.asyncIterator]()
      list[Symbol.asyncIterator]()
      await list[Symbol.asyncIterator]().return()
      await ignore(list.pages()[Symbol.asyncIterator]().throw?.(new Error('mine')) ?? Promise.resolve())
    }
    const reading = lists[2][Symbol.asyncIterator]()
    await reading.next()
    // The next page fails, but is never requested by the program.
    await server.fault({ path: '/contacts', times: 0, status: 401 })
    await reading.return()
    const other = lists[2].pages()[Symbol.asyncIterator]()
    await ignore(other.next())
    say('left')
  },

  /** Several concurrent steps, one of which fails. */
  async steps_at_once() {
    const client = newClient()
    await server.fault({ path: '/contacts', skip: 1, times: 0, status: 401 })
    const reading = client.contacts.list({ perPage: 5 })[Symbol.asyncIterator]()
    const steps = Array.from({ length: 8 }, () => reading.next())
    const left = reading.return()
    const ends = await Promise.allSettled([...steps, left])
    say(ends.filter((end) => end.status === 'rejected').length)
  },

  /** Everything is aborted together: calls, lists, and lists that nothing awaits. */
  async aborted() {
    await server.fault({ times: 0, then: 'stall' })
    const client = newClient()
    const controller = new AbortController()
    const { signal } = controller
    const mine = client.withOptions({ signal })
    const all = [
      send(client, 'x', { signal }),
      send(mine, 'x'),
      client.messages.wait('msg_1', {}, { signal }),
      client.request('GET', '/credits', {}, { signal }),
      read(client.contacts.list({}, { signal })),
      read(mine.contacts.list().pages()),
      mine.contacts.list().toArray(),
      mine.contacts.list().page(2),
      Promise.resolve(mine.contacts.list()),
    ]
    const ends = Promise.allSettled(all)
    await arrived(server, all.length)
    controller.abort()
    say((await ends).filter((end) => end.reason.cause === signal.reason).length === all.length)
  },

  /** The caller attaches handlers in other turns, but before the errors occur. */
  async handled_late() {
    await server.fault({ times: 0, status: 401, delay: 1 })
    const client = newClient()
    const calls = [
      send(client, 'x'),
      client.credits.get(),
      client.contacts.list().page(1),
      client.contacts.list().toArray(),
    ]
    for (let turns = 0; turns < 10; turns += 1) await turn()
    say((await Promise.allSettled(calls)).filter((end) => end.reason instanceof ZexaError).length)
  },

  /** Each unhandled rejection is reported once, because there are no other promises than those of the caller. */
  async not_handled() {
    newClient().request('GET', '/nowhere')
    newClient().contacts.list({ novel: 1 }).toArray()
    newClient().contacts.list({ novel: 1 }).page(1)
    newClient().contacts.list({ novel: 1 })[Symbol.asyncIterator]().next()
    send(newClient(), 'x', { signal: AbortSignal.abort('mine') })
    while (found.length < 5) await turn()
    for (let turns = 0; turns < 100; turns += 1) await turn()
    say(found.splice(0).sort())
  },

  /** An exception in a logger does not affect calls. */
  async logger_throws() {
    const thrown = [new Error('mine'), 'mine', undefined, null, 42, { mine: true }, Symbol('mine')]
    for (const one of thrown) {
      const fail = () => {
        throw one
      }
      for (const log of [fail, async () => fail()]) {
        const client = newClient({ logger: { debug: log, info: log } })
        await Promise.all([client.credits.get(), client.contacts.list(), ignore(client.messages.get('msg_nowhere'))])
      }
    }
    await turn()
    const others = found.splice(0).filter((one) => !one.startsWith('warning: '))
    say(others)
  },

  /** An `Error.prepareStackTrace` that throws does not affect calls. */
  async stack_writer_throws() {
    const client = newClient()
    const written = Error.prepareStackTrace
    Error.prepareStackTrace = () => {
      throw new RangeError('of the writer')
    }
    const calls = [client.request('GET', '/nowhere').catch((error) => error.kind), client.request('GET', '/credits')]
    const [kind, { status }] = await Promise.all(calls)
    Error.prepareStackTrace = written
    say([kind, status])
  },
}

await main(CASES)
for (let turns = 0; turns < 100; turns += 1) await turn()
say(found)
