// Makes the calls of `cargo xtask chaos wire` in Node. `src/calls/mod.rs` specifies the program. A call is cancelled with an `AbortSignal`.
import { createInterface } from 'node:readline'
import { Zexa, ZexaError } from 'zexa'

// Every message whose number, divided by this, has the remainder 39 is rejected, because its sender is not approved.
const REJECTED = 40

const { CHAOS_URLS = '', CHAOS_PROXIES = '', CHAOS_CA_FILE, CHAOS_FOLDER } = process.env

// Two clients for each route: without a ledger, and with one.
const proxies = CHAOS_PROXIES.split(' ')
const clients = CHAOS_URLS.split(' ').flatMap((baseUrl, route) => {
  const proxy = proxies[route] === '-' ? undefined : proxies[route]
  const options = { baseUrl, proxy, caFile: CHAOS_CA_FILE, http2: route === 2, connectTimeout: 1000 }
  return [new Zexa(options), new Zexa({ ...options, ledger: `${CHAOS_FOLDER}/route-${route}.db` })]
})

/**
 * @typedef {{ number: string, kind: string, route: number, first: number, count: number, retries: number, timeout: number,
 *   deadline: number, cancel: number, text: string }} Call
 */

/**
 * @param {string} line
 * @returns {Call}
 */
function parse(line) {
  const [number = '', kind = '', ...rest] = line.split(' ')
  const [route = 0, first = 0, count = 0, retries = 0, timeout = 0, deadline = 0, cancel = 0] = rest.map(Number)
  return { number, kind, route, first, count, retries, timeout, deadline, cancel, text: rest.at(-1) ?? '' }
}

/**
 * The messages of a call. Each has its own recipient.
 * @param {Call} call
 */
function* messages({ kind, first, count }) {
  const hasKeys = kind === 'keyed' || kind === 'recorded'
  for (let number = first; number < first + count; number += 1) {
    yield {
      channel: 'sms',
      to: `+2449${String(number).padStart(8, '0')}`,
      from: number % REJECTED === REJECTED - 1 ? 'BANNED' : 'ZEXA',
      body: `Message ${number}`,
      ...(hasKeys && { idempotencyKey: `key-${number}` }),
    }
  }
}

/**
 * @param {Call} call
 * @param {string} text
 */
function report(call, text) {
  process.stdout.write(`${call.number} ${text}\n`)
}

/**
 * @param {Call} call
 * @param {number} number
 * @param {ZexaError} error
 */
function reportFailed(call, number, error) {
  report(call, `row ${number} ${error.outcome} ${error.kind} -`)
}

/** @param {Call} call */
async function make(call) {
  const signal = call.cancel > 0 ? AbortSignal.timeout(call.cancel) : undefined
  const client = clients[call.route * 2 + Number(call.kind === 'keyed')]?.withOptions({
    timeout: call.timeout,
    deadline: call.deadline,
    maxRetries: call.retries,
    retryAmbiguous: call.kind === 'repeat',
  })
  if (!client) throw new Error(`no route ${call.route}`)
  const isSingle = ['send', 'keyed', 'repeat'].includes(call.kind)
  try {
    if (call.kind === 'bulk' || call.kind === 'recorded') {
      const ledger = call.kind === 'recorded' ? `${CHAOS_FOLDER}/run-${call.first}.db` : undefined
      const sending = client.messages.sendMany(messages(call), { concurrency: 8, signal, ledger })
      for await (const result of sending) {
        const number = call.first + result.index
        if (result.error) reportFailed(call, number, result.error)
        else report(call, `row ${number} sent - ${result.message?.id}`)
        // After the signal, the rows in flight are waited for, cancelled, or left alone.
        if (signal?.aborted && Number(call.number) % 3 === 0) sending.cancel()
        if (signal?.aborted && Number(call.number) % 3 === 1) break
      }
    } else if (call.kind === 'list') {
      for await (const sender of client.senderIds.list({ perPage: 1 }, { signal })) report(call, `item ${sender.id}`)
    } else if (call.kind === 'wait') {
      await client.messages.wait(call.text, 'final', { signal })
    } else {
      const [message] = messages(call)
      if (!message) throw new Error('no message')
      report(call, `row ${call.first} sent - ${(await client.messages.send(message, { signal })).id}`)
    }
    report(call, signal?.aborted ? 'end cancelled' : 'end ok')
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    if (isSingle) reportFailed(call, call.first, error)
    report(call, `end ${error.kind}`)
  }
}

for await (const line of createInterface({ input: process.stdin })) make(parse(line))
