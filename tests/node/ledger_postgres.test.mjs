// Ledgers in PostgreSQL. They need a server, and are skipped without one.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { caught, clientFor } from './examples.mjs'
import { keyed } from './ledgers.mjs'
import { missing, PASSWORD, startPostgres } from './postgres_server.mjs'
import { APIConnectionError, ConfigError, Ledger, Zexa } from './zexa.mjs'

describe('ledgers in PostgreSQL', { skip: missing }, () => {
  test('send a key once, for several clients', async (t) => {
    const ledger = `${await startPostgres(t)}?ledger=orders`
    const { server, client } = await clientFor(t, { ledger })
    const others = [1, 2, 3].map(() => new Zexa({ ...server.options, ledger }))
    const sent = await Promise.allSettled([client, ...others].map((one) => one.messages.send(keyed('order-1'))))
    const { id } = await client.messages.send(keyed('order-1'))
    for (const { value, reason } of sent) {
      if (reason === undefined) assert.equal(value.id, id)
      else assert.deepEqual([reason.kind, reason.outcome], ['in_progress', 'unknown'])
    }
    assert.deepEqual(
      (await server.messages()).map((message) => message.id),
      [id],
    )
    // A client that is created later replays the result.
    assert.equal((await new Zexa({ ...server.options, ledger }).messages.send(keyed('order-1'))).id, id)
    assert.equal((await server.messages()).length, 1)
  })

  test('are opened, settled and pruned', async (t) => {
    const url = `${await startPostgres(t)}?ledger=doubts`
    assert.equal((await caught(Ledger.open(url))).constructor, ConfigError)
    const { server, client } = await clientFor(t, { ledger: url }, { faults: [{ status: 502, times: 1 }] })
    await assert.rejects(client.messages.send(keyed('order-1')), { kind: 'server', outcome: 'unknown' })
    await assert.rejects(client.messages.send(keyed('order-1')), { kind: 'in_doubt', outcome: 'unknown' })
    const ledger = await Ledger.open(url)
    assert.match(ledger.path, /^postgres:\/\/zexa@.*ledger=doubts/)
    assert.ok(!ledger.path.includes('zx_top'))
    assert.deepEqual(
      (await ledger.inDoubt()).map((row) => row.key),
      ['order-1'],
    )
    await ledger.markNotSent('order-1')
    await client.messages.send(keyed('order-1'))
    assert.equal((await server.messages()).length, 1)
    assert.equal(await ledger.prune(new Date(Date.now() + 60_000)), 1)
    const { accepted, inDoubt, pruned } = await ledger.counts()
    assert.deepEqual([accepted, inDoubt, pruned], [0, 0, 1])
    await assert.rejects(client.messages.send(keyed('order-1')), { kind: 'decode', outcome: 'accepted' })
  })

  test('use PGPASSWORD, and never show the password', async (t) => {
    const url = `${(await startPostgres(t)).replace(/zexa:[^@]*@/, 'zexa@')}?ledger=passwords`
    const { server } = await clientFor(t)
    process.env.PGPASSWORD = PASSWORD
    t.after(() => delete process.env.PGPASSWORD)
    const client = new Zexa({ ...server.options, ledger: url })
    await client.messages.send(keyed('order-1'))
    process.env.PGPASSWORD = 'zx_top_wrong'
    assert.throws(
      () => new Zexa({ ...server.options, ledger: url }),
      (error) => error instanceof ConfigError && !`${error.stack}${JSON.stringify(error.details)}`.includes('zx_top'),
    )
  })
})

test('a database that cannot be reached is a connection error', async (t) => {
  const { server } = await clientFor(t)
  const ledger = 'postgres://zexa:zx_top_secret@127.0.0.1:1/postgres'
  assert.throws(
    () => new Zexa({ ...server.options, ledger }),
    (error) => error instanceof APIConnectionError && error.outcome === 'not_sent' && !error.stack.includes('zx_top'),
  )
  const error = await caught(Ledger.open(ledger))
  assert.deepEqual([error.constructor, error.outcome], [APIConnectionError, 'not_sent'])
})
