// Sends over HTTP/2 while streams are scarce and calls stall, time out or are aborted at random: messages reported as not sent never arrive, and
// no message arrives twice. `ZEXA_TEST_SENDS` is the total number of sends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionsClosed } from './abort_helpers.mjs'
import { bodies, sms } from './programs/messages.mjs'
import { serverFor } from './sandbox.mjs'
import { CancelledError, Zexa, ZexaError } from './zexa.mjs'

const LIMITS = [1, 10, 100]
/** Sends per limit of streams. */
const SENDS = Math.ceil(Number(process.env.ZEXA_TEST_SENDS ?? 1200) / LIMITS.length)
const AT_ONCE = 32
// Milliseconds.
const TIMEOUT = 250
const LATEST_END = 60

const FAULTS = [
  { status: 422 },
  { status: 503 },
  { process: true, status: 503 },
  { then: 'refuse' },
  { then: 'goaway' },
  { then: 'stall', at: 'request' },
  { process: true, then: 'stall', at: 'body', bytes: 10 },
  { process: true, then: 'cut', at: 'body', bytes: 10 },
  { then: 'reset', at: 'request' },
  { process: true, delay: 0.15 },
  { process: true, then: 'hang' },
]

/** Number of messages on the server with this outcome. */
const EXPECTED = { sent: [1], accepted: [1], rejected: [0], not_sent: [0], unknown: [0, 1] }

/** Reported outcomes, and how often the messages arrived, in all runs. */
const seen = new Set()

for (const limit of LIMITS) {
  test(`outcomes are true with a limit of ${limit} streams`, async (t) => {
    const server = await serverFor(t, {
      state: { tls: true, alpn: ['h2'], credits: 10_000, max_concurrent_streams: limit },
      faults: [{ method: 'POST', path: '/messages', times: 0, probability: 0.15, seed: limit, any_of: FAULTS }],
    })
    const zexa = new Zexa({ ...server.options, http2: true, timeout: TIMEOUT })
    const waiting = Array.from({ length: SENDS }, (_, number) => `message ${number}`).values()
    const reported = new Map()
    const sendSome = async () => {
      for (const text of waiting) reported.set(text, await outcomeOf(zexa, text))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sendSome))
    zexa.close()
    // After the connections are closed, nothing can arrive.
    await connectionsClosed(server)
    judge(reported, await bodies(server))
    assert.ok((await server.requests()).every((request) => request.http_version === '2'))
  })
}

test('every outcome was reported', () => {
  const all = Object.entries(EXPECTED).flatMap(([outcome, counts]) => counts.map((count) => `${outcome}, ${count}`))
  assert.deepEqual(seen, new Set(all))
})

/** Sends one message, which may be aborted or miss its deadline. */
async function outcomeOf(zexa, text) {
  const controller = new AbortController()
  const chance = Math.random()
  const moment = Math.random() * LATEST_END
  const timer = chance < 0.1 ? setTimeout(() => controller.abort(text), moment) : undefined
  const options = { signal: controller.signal, maxRetries: Math.floor(Math.random() * 3) }
  if (chance > 0.9) options.deadline = moment + 0.001
  try {
    await zexa.messages.send(sms(text), options)
    return 'sent'
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    if (error instanceof CancelledError) assert.equal(error.cause, text)
    return error.outcome
  } finally {
    clearTimeout(timer)
  }
}

/** Compares the reported outcomes with the messages on the server. */
function judge(reported, arrived) {
  const times = new Map()
  for (const text of arrived) times.set(text, (times.get(text) ?? 0) + 1)
  assert.deepEqual(
    [...times].filter(([, count]) => count > 1),
    [],
  )
  const results = [...reported].map(([text, outcome]) => [text, outcome, times.get(text) ?? 0])
  assert.equal(results.length, SENDS)
  assert.deepEqual(
    results.filter(([, outcome, count]) => !EXPECTED[outcome].includes(count)),
    [],
  )
  for (const [, outcome, count] of results) seen.add(`${outcome}, ${count}`)
}
