// Repeats an operation, and reports after each round what it leaked: JavaScript memory, native memory, files and threads.
import { readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import { getHeapSnapshot } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { rows } from '../bulk_rows.mjs'
import { collect } from '../collect.mjs'
import { keyed } from '../ledgers.mjs'
import { Ledger, parseEvent } from '../zexa.mjs'
import { arrived, sms } from './messages.mjs'
import { main, newClient, say, send, server } from './support.mjs'

/** Factor for longer, more sensitive runs. */
const MORE = Number(process.env.ZEXA_TEST_MORE ?? 1)
/** Number of concurrent calls. */
const AT_ONCE = 50

/** The resources in use after a garbage collection. */
async function snapshot() {
  for (let times = 0; times < 5; times += 1) {
    collect()
    await turn()
  }
  return {
    files: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    // The program runs with `bytes_in_use.c` preloaded.
    malloc: getPriority(),
    heap: await ofObjects(),
  }
}

/** The bytes of all JavaScript objects. Node's own statistics count whole pages. */
async function ofObjects() {
  const parts = []
  for await (const part of getHeapSnapshot()) parts.push(part)
  const { snapshot, nodes } = JSON.parse(parts.join(''))
  const { node_fields: fields } = snapshot.meta
  let bytes = 0
  for (let at = fields.indexOf('self_size'); at < nodes.length; at += fields.length) bytes += nodes[at]
  return bytes
}

/** Reports the growth after each round, forever. A first round is not counted. */
async function watch(few, run) {
  const times = few * MORE
  await run(times)
  await snapshot()
  for (let before = await snapshot(); ; ) {
    await run(times)
    const after = await snapshot()
    say({ times, grown: Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]])) })
    before = after
  }
}

/** Repeats an operation, several concurrently, with one client that is closed at the end. Only errors of `kinds` are accepted. */
function again(act, kinds = [], options = {}) {
  return async (times) => {
    const client = newClient(options)
    const once = async (number) => {
      try {
        await act(client, number)
      } catch (error) {
        if (!kinds.includes(error?.kind ?? error)) throw error
      }
    }
    for (let done = 0; done < times; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => once(number)))
    }
    client.close()
    // The memory of connections is not counted.
    while ((await server.state()).open_connections > 0) collect()
  }
}

/** The same, consecutively. */
function inTurn(act) {
  return async (times) => {
    const client = newClient()
    for (let done = 0; done < times; done += 1) await act(client)
    client.close()
  }
}

const EVENT = JSON.stringify({
  id: 'evt_1',
  event: 'message.delivered',
  created_at: '2026-07-01T09:00:00Z',
  data: { id: 'msg_1', status: 'delivered', channel: 'sms', to: '+244912345678', novel: [1, { a: null }] },
})

const quiet = { debug() {}, info() {} }

const CASES = {
  sending() {
    return watch(
      1000,
      again((client) => send(client, 'Hello')),
    )
  },

  /** Half of them before the first round, and half in it: enough to notice a leak of 16 bytes per call. */
  twenty_thousand_calls() {
    return watch(
      10_000,
      again((client) => client.credits.get()),
    )
  },

  sending_with_everything() {
    const { signal } = new AbortController()
    const options = { signal, timeout: 20_000, deadline: 30_000, maxRetries: 1, headers: { 'X-Order': '1' } }
    const act = (client) => client.withOptions({ maxRetries: 2 }).messages.send(sms('Hello'), options)
    return watch(1000, again(act, [], { logger: quiet, defaultHeaders: { 'X-App': 'leaks' } }))
  },

  failing() {
    return watch(
      1000,
      again((client) => client.messages.get('msg_nowhere'), ['not_found']),
    )
  },

  rejected() {
    const ways = [
      (client) => client.messages.send({ novel: 1 }),
      (client) => client.messages.get(''),
      (client) => client.messages.send(sms('x'), { novel: 1 }),
      (client) => client.request('GET', 'nowhere at all'),
      (client) => client.contacts.list({ novel: 1 }).toArray(),
      () => newClient({ timeout: -1 }),
      () => newClient({ proxy: 'no proxy' }),
    ]
    const act = (client, number) => ways[number % ways.length](client)
    return watch(3000, again(act, ['validation', 'invalid_request', 'config']))
  },

  unreachable() {
    const nowhere = { baseUrl: 'http://127.0.0.1:9/v1', maxRetries: 0 }
    return watch(
      1000,
      again((client) => client.credits.get(), ['connect'], nowhere),
    )
  },

  /** Some with a signal that exists as long as the program, and is never aborted. */
  aborted() {
    const forEver = new AbortController()
    const act = async (client, number) => {
      if (number % 2 === 0) return client.credits.get({ signal: forEver.signal })
      const mine = new AbortController()
      const call = client.credits.get({ signal: mine.signal })
      if (number % 5 === 0) await turn()
      mine.abort('enough')
      return call
    }
    return watch(2000, again(act, ['cancelled']))
  },

  aborted_before() {
    const signal = AbortSignal.abort('enough')
    return watch(
      3000,
      again((client) => client.credits.get({ signal }), ['cancelled']),
    )
  },

  in_flight_when_aborted() {
    const act = async (client) => {
      const mine = new AbortController()
      const calls = Array.from({ length: 20 }, () => client.credits.get({ signal: mine.signal }))
      await arrived(server, calls.length)
      mine.abort()
      await Promise.allSettled(calls)
      await fetch(`${server.control}/requests`, { method: 'DELETE' }).then((response) => response.text())
    }
    return watch(20, inTurn(act))
  },

  /** Clients that are never closed. */
  clients() {
    const act = async () => {
      newClient({ logger: quiet }).withOptions({ timeout: 1000 })
      const logger = { debug: () => logger.client, info() {} }
      logger.client = newClient({ logger })
    }
    return watch(1000, again(act))
  },

  clients_in_use() {
    const act = async () => {
      const client = newClient({ logger: quiet })
      await client.withOptions({ timeout: 9000 }).credits.get()
      client.close()
      await newClient().credits.get()
    }
    return watch(200, again(act))
  },

  lists() {
    const act = async (client) => {
      const list = client.contacts.list({ perPage: 10 })
      if ((await list.toArray()).length !== 30) throw new Error('some are missing')
      for await (const page of list.pages()) if (page.page === 2) break
      for await (const _ of list) break
      await list[Symbol.asyncIterator]().next()
      await list.page(2)
    }
    return watch(100, again(act))
  },

  /** Runs that are read to their end, left, and abandoned. */
  bulk_runs() {
    const forEver = new AbortController()
    const act = async (client) => {
      const run = (count, options) => client.messages.sendMany(rows(count), options)
      for await (const { error } of run(10, { signal: forEver.signal })) if (error) throw error
      for await (const _ of run(10, { concurrency: 2 })) break
      await run(3, { concurrency: 1, signal: forEver.signal }).next()
      run(1, { signal: AbortSignal.abort('enough') })
    }
    return watch(50, inTurn(act))
  },

  events() {
    return watch(
      3000,
      inTurn(() => parseEvent(EVENT)),
    )
  },

  /** Calls whose key is in the ledger. */
  replayed(ledger) {
    return watch(
      200,
      again((client) => client.messages.send(keyed('order-1')), ['in_progress'], { ledger }),
    )
  },

  /** Calls that fail because of the ledger. */
  async in_doubt(ledger) {
    await server.fault({ status: 502 })
    const act = (client, number) => client.messages.send({ ...keyed('order-1'), body: String(number % 2) })
    return watch(200, again(act, ['server', 'in_progress', 'in_doubt', 'key_reused'], { ledger }))
  },

  /** Ledgers that are never closed. */
  ledgers(path) {
    const act = async () => {
      const ledger = await Ledger.open(path, { create: true })
      await ledger.counts()
      await ledger.markNotSent('order-1')
    }
    return watch(200, again(act, ['not_found']))
  },

  async workers() {
    const { options } = server
    const data = { workerData: { name: 'forever', options, count: 4 } }
    const end = async () => {
      const worker = new Worker(new URL('calling.mjs', import.meta.url), data)
      await new Promise((resolve) => worker.once('message', resolve))
      await worker.terminate()
    }
    await watch(10, inTurn(end))
  },
}

await main(CASES)
