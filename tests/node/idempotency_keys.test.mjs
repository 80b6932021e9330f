// Calls with an idempotency key: a message or a campaign is sent at most once per key.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { CAMPAIGN, caught, clientFor, SMS, thrown } from './examples.mjs'
import { countsOf, keyed, keyedClientFor } from './ledgers.mjs'
import { APIError, ConfigError, InDoubtError, KeyReusedError, ValidationError, Zexa } from './zexa.mjs'

test('a message is sent once, and its result is returned again', async (t) => {
  const { path, server, client } = await keyedClientFor(t)
  const first = await client.messages.send(keyed('order-1'))
  const others = [client, client.withOptions({ timeout: 9000 }), new Zexa({ ...server.options, ledger: path })]
  for (const other of others) {
    const again = await other.messages.send(keyed('order-1'))
    assert.deepEqual([again.id, again.status, again.createdAt], [first.id, first.status, first.createdAt])
    assert.deepEqual([again.to, again.body], [SMS.to, SMS.body])
  }
  assert.equal((await server.messages()).length, 1)
  assert.equal((await server.requests())[0].body.idempotency_key, undefined)
  await client.messages.send(keyed('order-2'))
  await client.messages.send(SMS)
  assert.equal((await server.messages()).length, 3)
  assert.equal((await countsOf(path)).accepted, 2)
})

test('a campaign is created once', async (t) => {
  const { server, client } = await keyedClientFor(t)
  const campaign = { ...CAMPAIGN, idempotencyKey: 'june' }
  const first = await client.campaigns.create(campaign)
  assert.equal((await client.campaigns.create(campaign)).id, first.id)
  assert.equal((await server.requests()).length, 1)
  // A key belongs to one job, whatever the operation.
  await assert.rejects(client.messages.send(keyed('june')), KeyReusedError)
})

test('a key is sent once by concurrent calls', async (t) => {
  const { server, client } = await keyedClientFor(t)
  const calls = Array.from({ length: 20 }, () => client.messages.send(keyed('order-1')))
  const ends = await Promise.allSettled(calls)
  const [message] = await server.messages()
  for (const { value, reason } of ends) {
    if (value) assert.equal(value.id, message.id)
    else assert.deepEqual([reason.name, reason.outcome], ['InProgressError', 'unknown'])
  }
  assert.equal((await server.requests()).length, 1)
})

describe('a key with other parameters', () => {
  /** Checks the error, and that nothing was sent. */
  async function reused(server, client, outcome) {
    const { length } = await server.requests()
    const error = await caught(client.messages.send(keyed('order-1', { body: 'another text' })))
    assert.equal(error.constructor, KeyReusedError, inspect(error))
    assert.ok(error instanceof APIError)
    assert.deepEqual([error.kind, error.outcome, error.attempts], ['key_reused', outcome, 0])
    assert.match(error.message, /^this key was used for other parameters on \d/)
    assert.match(error.stack, /^KeyReusedError: .*\n {4}at .*idempotency_keys\.test\.mjs/s)
    assert.equal((await server.requests()).length, length)
  }

  test('that was accepted', async (t) => {
    const { server, client } = await keyedClientFor(t)
    await client.messages.send(keyed('order-1'))
    await reused(server, client, 'accepted')
  })

  test('that is in doubt', async (t) => {
    const { server, client } = await keyedClientFor(t, {}, { faults: [{ status: 502 }] })
    await caught(client.messages.send(keyed('order-1')))
    await reused(server, client, 'unknown')
  })

  test('that was rejected is sent', async (t) => {
    const { server, client } = await keyedClientFor(t)
    const rejected = keyed('order-1', { from: 'NOBODY' })
    const first = await caught(client.messages.send(rejected))
    const again = await caught(client.messages.send(rejected))
    assert.deepEqual([first.attempts, again.attempts, again.outcome], [1, 0, 'rejected'])
    for (const name of ['constructor', 'status', 'code']) assert.equal(again[name], first[name])
    await client.messages.send(keyed('order-1'))
    assert.equal((await server.messages()).length, 1)
  })
})

test('a key in doubt is not sent', async (t) => {
  const { server, client } = await keyedClientFor(t, {}, { faults: [{ status: 502 }] })
  await assert.rejects(client.messages.send(keyed('order-1')), { kind: 'server', outcome: 'unknown', attempts: 1 })
  const error = await caught(client.messages.send(keyed('order-1')))
  assert.equal(error.constructor, InDoubtError)
  assert.deepEqual([error.kind, error.outcome, error.safeToRetry, error.attempts], ['in_doubt', 'unknown', false, 0])
  assert.equal((await server.requests()).length, 1)
})

describe('errors have the names of JavaScript', () => {
  test('a key needs a ledger', async (t) => {
    const { server, client } = await clientFor(t)
    for (const call of [
      () => client.messages.send(keyed('order-1')),
      () => client.campaigns.create({ ...CAMPAIGN, idempotencyKey: 'june' }),
    ]) {
      const error = await caught(call())
      const reason = 'needs a client with a ledger: set the option `ledger`'
      assert.deepEqual([error.constructor, error.outcome], [ConfigError, 'not_sent'])
      assert.equal(error.message, `\`idempotencyKey\` ${reason}`)
      assert.deepEqual(error.details, { field: 'idempotencyKey', reason })
    }
    assert.deepEqual(await server.requests(), [])
  })

  test('a call with a key is not repeated in doubt', async (t) => {
    const { server, client } = await keyedClientFor(t)
    for (const call of [
      () => client.messages.send(keyed('order-1'), { retryAmbiguous: true }),
      () => client.withOptions({ retryAmbiguous: true }).messages.send(keyed('order-1')),
    ]) {
      const error = await caught(call())
      assert.equal(error.constructor, ConfigError)
      assert.equal(error.message, '`retryAmbiguous` must not be set for a call with an `idempotencyKey`')
    }
    assert.deepEqual(await server.requests(), [])
  })

  test('a key is a short text', async (t) => {
    const { client } = await keyedClientFor(t)
    for (const [key, reason] of [
      ['', 'must not be empty'],
      ['a\nb', 'must not contain control characters'],
      ['é'.repeat(128), 'must be at most 255 bytes long, got 256 bytes'],
      ['default:1', 'must not begin with `default:`, which marks keys that the ledger makes'],
      [5, 'must be a string, not a number'],
      ['\ud800', 'must not contain a lone surrogate, which is half of a character'],
    ]) {
      const error = await caught(client.messages.send(keyed(key)))
      assert.deepEqual([error.constructor, error.message], [ValidationError, `\`idempotencyKey\` ${reason}`])
      assert.equal(error.details.field, 'idempotencyKey')
    }
  })

  test('undefined and null are no key', async (t) => {
    const { server, client } = await clientFor(t)
    for (const nothing of [undefined, null]) await client.messages.send(keyed(nothing))
    assert.equal((await server.messages()).length, 2)
  })

  test('a ledger of another account', async (t) => {
    const { path, server } = await keyedClientFor(t)
    const other = { ...server.options, apiKey: 'zx_other', ledger: path }
    const error = thrown(() => new Zexa(other))
    assert.equal(error.constructor, ConfigError)
    assert.ok(error.message.startsWith(`\`ledger\` ${path} belongs to another API key`), error.message)
    assert.ok(error.message.endsWith('set `ledgerSameAccount`'), error.message)
    assert.ok(new Zexa({ ...other, ledgerSameAccount: true }))
    const elsewhere = thrown(() => new Zexa({ ...other, baseUrl: 'https://api.zexa.example/v1' }))
    assert.ok(elsewhere.message.startsWith(`\`ledger\` ${path} belongs to ${server.url}`), elsewhere.message)
  })
})
