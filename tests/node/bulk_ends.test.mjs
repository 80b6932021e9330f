// The ends of bulk runs: sources that fail, loops that are left, signals, and reasons to stop.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertNoListeners, withResolvers } from './abort_helpers.mjs'
import { asyncRows, ledgerFor, outcomeOf, receivedTwice, resultsOf, row, rows } from './bulk_rows.mjs'
import { clientFor } from './examples.mjs'
import { CancelledError, StoppedError, Zexa } from './zexa.mjs'

const SLOW = { process: true, delay: 0.2, times: 0 }

/** A source that records whether it was closed. */
function closable(source, closed = () => {}) {
  const closable = { closed: 0 }
  const end = (value) => {
    closable.closed += 1
    closed()
    return { value, done: true }
  }
  closable[Symbol.iterator] = () => ({ next: () => source.next(), return: end })
  return closable
}

describe('a source that fails', () => {
  const failure = new RangeError('the file is damaged')
  const sources = {
    *'a generator'() {
      yield* rows(5)
      throw failure
    },
    async *'an async generator'() {
      yield* asyncRows(5)
      throw failure
    },
    *'a rejected promise'() {
      yield* rows(5)
      yield Promise.reject(failure)
    },
  }
  for (const [name, source] of Object.entries(sources)) {
    test(`${name}: its error follows the results`, async (t) => {
      const { server, client } = await clientFor(t)
      const { results, error } = await outcomeOf(client.messages.sendMany(source(), { ledger: ledgerFor(t) }))
      assert.equal(error, failure)
      assert.equal(results.length, 5)
      // After the failure, no further row is sent.
      const [sent, stopped] = [results.filter(({ message }) => message), results.filter(({ error }) => error)]
      assert.equal(sent.length, (await server.messages()).length)
      for (const { outcome, error } of stopped) assert.deepEqual([outcome, error.kind], ['not_sent', 'stopped'])
    })
  }

  test('may throw anything', async (t) => {
    const { client } = await clientFor(t)
    const throwing = {
      next() {
        throw undefined
      },
    }
    const run = client.messages.sendMany({ [Symbol.iterator]: () => throwing })
    await assert.rejects(
      () => run.next(),
      (error) => error === undefined,
    )
    assert.deepEqual(await run.next(), { value: undefined, done: true })
  })

  test('may return anything', async (t) => {
    const { client } = await clientFor(t)
    for (const step of [undefined, null, 5, Promise.resolve('x')]) {
      const run = client.messages.sendMany({ [Symbol.asyncIterator]: () => ({ next: () => step }) })
      const { error } = await outcomeOf(run)
      assert.equal(error.constructor, TypeError)
      assert.match(error.message, /^the iterator of the rows returned .*, which is not an object$/)
    }
  })

  test('is not closed', async (t) => {
    const { client } = await clientFor(t)
    const source = closable({
      next() {
        throw failure
      },
    })
    assert.equal((await outcomeOf(client.messages.sendMany(source))).error, failure)
    assert.equal(source.closed, 0)
  })
})

describe('leaving the loop', () => {
  test('cancels the run, and records what was sent', async (t) => {
    const { server, client } = await clientFor(t, {}, { faults: [SLOW] })
    const ledger = ledgerFor(t)
    const source = closable(rows(1000))
    const run = client.messages.sendMany(source, { ledger, concurrency: 8 })
    for await (const { message } of run) {
      assert.ok(message)
      break
    }
    assert.equal(source.closed, 1)
    assert.deepEqual(await run.next(), { value: undefined, done: true })
    const sent = (await server.messages()).length
    assert.ok(sent >= 8 && sent <= 16, `${sent}`)
    // The ledger is free, and knows all of them.
    await server.forgetFaults()
    const second = await resultsOf(client.messages.sendMany(rows(20), { ledger }))
    assert.equal(second.filter(({ replayed }) => replayed).length, sent)
    assert.ok(second.every(({ message }) => message))
    assert.deepEqual(await receivedTwice(server), [])
  })

  test('by an exception does the same', async (t) => {
    const { client } = await clientFor(t)
    const source = closable(rows(1000))
    const leave = async () => {
      for await (const { index } of client.messages.sendMany(source)) throw new RangeError(`after ${index}`)
    }
    await assert.rejects(leave, RangeError)
    assert.equal(source.closed, 1)
  })

  test('while a result is awaited ends that wait', async (t) => {
    const { server, client } = await clientFor(t, {}, { faults: [{ ...SLOW, then: 'stall' }] })
    const run = client.messages.sendMany(rows(100), { concurrency: 4 })
    const waiting = Array.from({ length: 6 }, () => run.next())
    await server.requests(4)
    const left = run.return('enough')
    const results = (await Promise.all(waiting)).filter(({ done }) => !done).map(({ value }) => value)
    assert.deepEqual(
      results.map(({ error, outcome }) => [error.kind, outcome]),
      Array(4).fill(['cancelled', 'unknown']),
    )
    assert.deepEqual(await left, { value: 'enough', done: true })
  })

  test('does not wait for a row that never comes', async (t) => {
    const { client } = await clientFor(t)
    const never = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: () => new Promise(() => {}) }),
    }
    const run = client.messages.sendMany(never)
    const waiting = run.next()
    assert.deepEqual(await run.return(), { value: undefined, done: true })
    assert.deepEqual(await waiting, { value: undefined, done: true })
  })

  test('reports an error of closing the source', async (t) => {
    const { client } = await clientFor(t)
    const source = closable(rows(1000), () => {
      throw new RangeError('cannot be closed')
    })
    const leave = async () => {
      for await (const _ of client.messages.sendMany(source)) break
    }
    await assert.rejects(leave, { message: 'cannot be closed' })
  })

  test('is possible with throw() and with `await using`', { skip: !Symbol.asyncDispose }, async (t) => {
    const { client } = await clientFor(t)
    const ledger = ledgerFor(t)
    const run = client.messages.sendMany(rows(10), { ledger })
    await assert.rejects(run.throw(new RangeError('enough')), RangeError)
    await client.messages.sendMany(rows(10), { ledger })[Symbol.asyncDispose]()
    assert.equal((await resultsOf(client.messages.sendMany(rows(10), { ledger }))).length, 10)
  })
})

describe('a signal', () => {
  test('stops the run; the results of the rows in flight follow', async (t) => {
    const { server, client } = await clientFor(t, {}, { faults: [SLOW] })
    const controller = new AbortController()
    const source = closable(rows(1000))
    const run = client.messages.sendMany(source, { signal: controller.signal, concurrency: 8, ledger: ledgerFor(t) })
    const ended = outcomeOf(run)
    await server.requests(8)
    controller.abort(new RangeError('enough'))
    const { results, error } = await ended
    assert.equal(error.constructor, CancelledError)
    assert.deepEqual([error.name, error.cause], ['RangeError', controller.signal.reason])
    assert.ok(results.every(({ outcome, recorded }) => outcome === 'accepted' && recorded))
    assert.equal(results.length, (await server.messages()).length)
    const { reason, firstUntouched, stats } = error.details
    assert.deepEqual([reason, firstUntouched, stats.accepted], ['cancelled', results.length, results.length])
    assert.match(error.stack, /bulk_ends\.test\.mjs/)
    assert.equal(source.closed, 1)
    assertNoListeners(controller.signal)
  })

  test('stops a run that waits for its source', async (t) => {
    const { client } = await clientFor(t)
    const controller = new AbortController()
    const { promise, resolve } = withResolvers()
    const source = { [Symbol.asyncIterator]: () => ({ next: resolve }) }
    source[Symbol.asyncIterator] = () => ({
      next() {
        resolve()
        return new Promise(() => {})
      },
    })
    const ended = outcomeOf(client.messages.sendMany(source, { signal: controller.signal }))
    await promise
    controller.abort()
    const { results, error } = await ended
    assert.deepEqual([results, error.name, error.details.firstUntouched], [[], 'AbortError', 0])
  })

  test('that is aborted while a result is used stops the run', async (t) => {
    const { server, client } = await clientFor(t)
    const controller = new AbortController()
    const run = client.messages.sendMany(rows(1000), { signal: controller.signal, concurrency: 2 })
    await run.next()
    controller.abort()
    const { results, error } = await outcomeOf(run)
    assert.equal(error.name, 'AbortError')
    assert.ok(results.length < 4, `${results.length}`)
    assert.ok((await server.messages()).length <= 4)
  })

  test('that is aborted before means that no row is pulled', async (t) => {
    const { server, client } = await clientFor(t)
    const signal = AbortSignal.abort('enough')
    const aborting = client.withOptions({ signal })
    for (const begin of [
      (all) => client.messages.sendMany(all, { signal }),
      (all) => aborting.messages.sendMany(all),
    ]) {
      const { results, error } = await outcomeOf(begin(rows(5)))
      assert.deepEqual([results, error.cause, error.details.firstUntouched], [[], 'enough', 0])
    }
    assert.deepEqual(await server.requests(), [])
  })

  test('that is aborted after the end does nothing', async (t) => {
    const { client } = await clientFor(t)
    const controller = new AbortController()
    const run = client.messages.sendMany(rows(5), { signal: controller.signal })
    assert.equal((await resultsOf(run)).length, 5)
    assertNoListeners(controller.signal)
    controller.abort()
    assert.deepEqual(await run.next(), { value: undefined, done: true })
  })
})

describe('a run stops', () => {
  test('by stop()', async (t) => {
    const { server, client } = await clientFor(t, {}, { faults: [SLOW] })
    const run = client.messages.sendMany(rows(1000), { concurrency: 8 })
    const ended = outcomeOf(run)
    await server.requests(8)
    run.stop()
    const { results, error } = await ended
    assert.deepEqual([error.constructor, error.details.reason], [StoppedError, 'cancelled'])
    assert.ok(results.every(({ outcome }) => outcome === 'accepted'))
  })

  test('by cancel(), and ends when the rows in flight are recorded', async (t) => {
    const { server, client } = await clientFor(t, {}, { faults: [SLOW] })
    const ledger = ledgerFor(t)
    const run = client.messages.sendMany(rows(1000), { concurrency: 8, ledger })
    const ended = outcomeOf(run)
    await server.requests(8)
    run.cancel()
    const { results, error } = await ended
    assert.deepEqual([error.constructor, error.details.reason], [StoppedError, 'cancelled'])
    assert.ok(results.some(({ outcome }) => outcome === 'unknown'))
    const sent = (await server.messages()).length
    await server.forgetFaults()
    const second = await resultsOf(client.messages.sendMany(rows(20), { ledger }))
    assert.equal(second.filter(({ replayed }) => replayed).length, sent)
  })

  test('if the API key is rejected', async (t) => {
    const { server } = await clientFor(t)
    const client = new Zexa({ ...server.options, apiKey: 'zx_live_wrong' })
    const source = closable(rows(1000))
    const { results, error } = await outcomeOf(client.messages.sendMany(source, { concurrency: 4 }))
    assert.equal(error.constructor, StoppedError)
    assert.match(error.message, /^the run has stopped before row \d+, because the API key was rejected/)
    assert.equal(error.details.reason, 'unauthorized')
    assert.equal(error.details.firstUntouched, results.length)
    assert.equal(error.details.stats.pulled, results.length)
    assert.deepEqual(error.details.stats.extra, {})
    assert.ok(results.length <= 8 && results.every(({ message }) => message === undefined))
    assert.equal(source.closed, 1)
    assert.match(error.stack, /bulk_ends\.test\.mjs/)
  })

  test('without credits, and can be continued', async (t) => {
    const { server, client } = await clientFor(t, {}, { state: { credits: 10 } })
    const ledger = ledgerFor(t)
    const { results, error } = await outcomeOf(client.messages.sendMany(rows(100), { ledger, concurrency: 4 }))
    assert.deepEqual([error.constructor, error.details.reason], [StoppedError, 'insufficient_credits'])
    assert.equal(results.filter(({ message }) => message).length, 10)
    assert.ok(error.details.firstUntouched < 20)
    await fetch(`${server.control}/credits`, { method: 'POST', body: '{"credits": 1000}' })
    const second = await resultsOf(client.messages.sendMany(rows(100), { ledger }))
    assert.equal(second.filter(({ replayed }) => replayed).length, 10)
    assert.ok(second.every(({ message }) => message))
    assert.equal((await server.messages()).length, 100)
  })

  test('if its first rows are all rejected for the same reason', async (t) => {
    const { client } = await clientFor(t)
    const source = [...rows(100)].map((one) => ({ ...one, from: 'BANNED' }))
    const { results, error } = await outcomeOf(client.messages.sendMany(source, { concurrency: 1 }))
    assert.equal(error.details.reason, 'identical_rejections')
    assert.deepEqual([results.length, error.details.firstUntouched], [20, 20])
  })

  test('if the client is closed', async (t) => {
    const { server, client } = await clientFor(t, {}, { faults: [SLOW] })
    const ended = outcomeOf(client.messages.sendMany(rows(1000), { concurrency: 4 }))
    await server.requests(4)
    client.close()
    const { results, error } = await ended
    assert.deepEqual([error.constructor, error.details.reason], [StoppedError, 'closed'])
    assert.equal(results.filter(({ message }) => message).length, (await server.messages()).length)
  })

  test('and wins over a source that cannot be closed', async (t) => {
    const { server } = await clientFor(t)
    const client = new Zexa({ ...server.options, apiKey: 'zx_live_wrong' })
    const source = closable(rows(1000), () => {
      throw new RangeError('cannot be closed')
    })
    assert.equal((await outcomeOf(client.messages.sendMany(source))).error.constructor, StoppedError)
  })
})

test('a slow consumer causes no timeout', async (t) => {
  const { client } = await clientFor(t)
  const run = client.messages.sendMany([row(0), ...rows(63, 1)], { timeout: 1500 })
  let received = 0
  for await (const { message, error } of run) {
    // Longer than the timeout. This is what the test is about, and not a wait for anything.
    if (received === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500)
    assert.ok(message, `${error}`)
    received += 1
  }
  assert.equal(received, 64)
})
