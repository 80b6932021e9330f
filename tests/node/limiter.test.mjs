// Limiters in Redis. They need a server, and are skipped without one.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { caught, clientFor, SMS } from './examples.mjs'
import { freePort, missing, PASSWORD, startLimiter } from './limiter_server.mjs'
import { APITimeoutError, ConfigError, RateLimitError, Zexa } from './zexa.mjs'

describe('limiters in Redis', { skip: missing }, () => {
  test('hold a client back after a 429 of another one', async (t) => {
    const limiter = await startLimiter(t)
    const faults = [{ path: '/credits', status: 429, headers: { 'Retry-After': '60' } }]
    const { server, client } = await clientFor(t, { limiter, maxRetries: 0 }, { faults })
    const other = new Zexa({ ...server.options, limiter, deadline: 10_000 })
    assert.equal((await caught(client.credits.get())).attempts, 1)
    let error
    // Until the server of the limiter knows of the 429.
    while (error === undefined) {
      error = await other.messages.send(SMS).then(
        () => undefined,
        (reason) => reason,
      )
    }
    assert.ok(error instanceof RateLimitError, inspect(error))
    assert.deepEqual([error.outcome, error.attempts, error.retryAfter > 30_000], ['not_sent', 0, true])
  })

  test('pace the rows of several clients', async (t) => {
    const limiter = await startLimiter(t)
    const state = { rate_limit: { requests: 30, per_seconds: 1 } }
    const { server } = await clientFor(t, {}, { state })
    const send = async (first) => {
      const client = new Zexa({ ...server.options, limiter })
      const rows = Array.from({ length: 40 }, (_, index) => ({
        ...SMS,
        to: `+2449230${String(first + index).padStart(5, '0')}`,
      }))
      let accepted = 0
      for await (const { outcome } of client.messages.sendMany(rows)) accepted += outcome === 'accepted' ? 1 : 0
      return accepted
    }
    assert.deepEqual(await Promise.all([send(0), send(40), send(80)]), [40, 40, 40])
    assert.equal(new Set((await server.messages()).map((message) => message.to)).size, 120)
  })
})

test('without the server of a limiter nothing is sent', async (t) => {
  const limiter = `redis://:${PASSWORD}@127.0.0.1:${await freePort()}`
  const { server, client } = await clientFor(t, { limiter, deadline: 300 })
  const error = await caught(client.messages.send(SMS))
  assert.ok(error instanceof APITimeoutError && error.message.includes('limiter'), inspect(error))
  assert.equal(error.outcome, 'not_sent')
  assert.ok(!inspect([error, client]).includes(PASSWORD))
  const fallback = new Zexa({ ...server.options, limiter: `${limiter}?fallback_rate=10` })
  await fallback.messages.send(SMS)
  assert.equal((await server.messages()).length, 1)
})

test('an invalid URL of a limiter is rejected and not shown', async (t) => {
  const { server } = await clientFor(t)
  for (const limiter of [
    `http://:${PASSWORD}@redis.example`,
    `redis://:${PASSWORD}@`,
    `redis://:${PASSWORD}@host?rate=1`,
  ]) {
    assert.throws(
      () => new Zexa({ ...server.options, limiter }),
      (error) => error instanceof ConfigError && /limiter/.test(error.message) && !error.message.includes(PASSWORD),
    )
  }
})
