// Requests to any path: the accepted types of a body and a query. Scenarios test the requests.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { caught, clientFor } from './examples.mjs'
import { InvalidRequestError, ValidationError } from './zexa.mjs'

/** A server that responds to every request with 200. */
async function answering(t) {
  const both = await clientFor(t)
  await both.server.fault({ status: 200, body: { ok: true }, times: 0 })
  return both
}

async function rejected(call, name) {
  const error = await caught(call)
  assert.ok(error instanceof ValidationError || error instanceof InvalidRequestError, inspect(error))
  assert.equal(error.details.field, name)
  assert.ok(error.message.startsWith(`\`${name}`), error.message)
  assert.deepEqual([error.outcome, error.attempts], ['not_sent', 0])
  assert.match(error.stack, /request\.test\.mjs/)
  return error
}

test('any JSON value can be the body', async (t) => {
  const { server, client } = await answering(t)
  const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)
  const odd = { ünknown: [null, true, -1, 1.5, {}, []], empty: '', nul: 'a\0b', a_b: { camelCase: '\\ud800' } }
  for (const body of [odd, [], [1, 'x'], 'text', '', 5, -0.5, 0, true, false, {}, deep]) {
    await client.request('POST', '/calls', { body })
    const { body: sent, headers } = (await server.requests()).at(-1)
    assert.deepEqual(sent, body)
    assert.match(headers['content-type'], /^application\/json/)
  }
})

test('a body is converted by JSON.stringify()', async (t) => {
  const { server, client } = await answering(t)
  const bodies = [
    [
      { a: undefined, b: new Date(0), c: [undefined, () => {}] },
      { b: new Date(0).toJSON(), c: [null, null] },
    ],
    [{ toJSON: () => ({ mine: 1 }) }, { mine: 1 }],
    [
      new (class Mine {
        a = 1
      })(),
      { a: 1 },
    ],
    [{ number: 2 ** 70 }, { number: 2 ** 70 }],
  ]
  for (const [body, expected] of bodies) {
    await client.request('POST', '/calls', { body })
    assert.deepEqual((await server.requests()).at(-1).body, expected)
  }
})

test('an absent body is not sent', async (t) => {
  const { server, client } = await answering(t)
  for (const input of [undefined, null, {}, { body: undefined }, { body: null }]) {
    await client.request('POST', '/calls', input)
    const { body, text, headers } = (await server.requests()).at(-1)
    assert.deepEqual([body ?? null, text ?? '', headers['content-type']], [null, '', undefined])
  }
})

test('a body that JSON cannot express is rejected', async (t) => {
  const { server, client } = await answering(t)
  const circular = []
  circular.push(circular)
  for (const body of [
    circular,
    1n,
    { a: 1n },
    () => {},
    Symbol('x'),
    '\ud800',
    { '\udfff': 1 },
    { toJSON: () => undefined },
  ]) {
    await rejected(client.request('POST', '/calls', { body }), 'body')
  }
  let deep = []
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep]
  await rejected(client.request('POST', '/calls', { body: deep }), 'body')
  assert.deepEqual(await server.requests(), [])
})

test('a query may contain numbers, booleans and absent values', async (t) => {
  const { server, client } = await answering(t)
  await client.request('GET', '/reports', { query: { page: 2, share: 1.5, all: true, none: null, absent: undefined } })
  assert.deepEqual((await server.requests())[0].query, { page: '2', share: '1.5', all: 'true' })
})

test('an array in a query repeats its parameter', async (t) => {
  const { server, client } = await answering(t)
  await client.request('GET', '/reports', { query: { status: ['sent', null, 5, true], none: [], other: 'x' } })
  // The sandbox reports the last value of a repeated parameter.
  assert.deepEqual((await server.requests())[0].query, { status: 'true', other: 'x' })
})

test('a query may be any iterable of pairs', async (t) => {
  const { server, client } = await answering(t)
  const pairs = [
    ['a', '1'],
    ['b', 'ü'],
  ]
  const queries = [pairs, new Map(pairs), new URLSearchParams(pairs), new FormData(), new Set(pairs)]
  queries[3].append('a', '1')
  queries[3].append('b', 'ü')
  for (const query of queries) {
    await client.request('GET', '/reports', { query })
    assert.deepEqual((await server.requests()).at(-1).query, { a: '1', b: 'ü' }, inspect(query))
  }
})

test('a query of another type is rejected', async (t) => {
  const { server, client } = await answering(t)
  const values = [
    { a: {} },
    { a: 1n },
    { a: Symbol('x') },
    { a: () => {} },
    { a: [{}] },
    { a: '\ud800' },
    { '\ud800': 'a' },
    { a: new Date() },
  ]
  const wholes = ['a=1', 5, true, () => {}, ['a'], [5], [[]], [['a', '1', '2']], [null]]
  for (const query of [...values, ...wholes]) {
    await rejected(client.request('GET', '/reports', { query }), 'query').catch((error) => {
      throw new Error(`${inspect(query)}: ${error.message}`, { cause: error })
    })
  }
  assert.deepEqual(await server.requests(), [])
})

test('NaN and Infinity in a query are rejected', async (t) => {
  const { server, client } = await answering(t)
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
    await rejected(client.request('GET', '/reports', { query: { number } }), 'query')
  }
  assert.deepEqual(await server.requests(), [])
})

test('a path outside the base URL is rejected', async (t) => {
  const { server, client } = await answering(t)
  const elsewhere = [
    'https://zexa.invalid/credits',
    '//zexa.invalid/credits',
    '/../credits',
    'credits',
    '',
    '/a\n',
    '/\ud800',
  ]
  for (const path of [...elsewhere, undefined, null, 5, {}, ['/credits'], new URL('https://zexa.invalid')]) {
    await rejected(client.request('GET', path), 'path').catch((error) => {
      throw new Error(`${inspect(path)}: ${error.message}`, { cause: error })
    })
  }
  assert.deepEqual(await server.requests(), [])
})

test('an invalid method is rejected', async (t) => {
  const { server, client } = await answering(t)
  for (const method of ['GE T', '', 'get\n', 'FETCH', undefined, null, 5, {}]) {
    await rejected(client.request(method, '/credits'), 'method').catch((error) => {
      throw new Error(`${inspect(method)}: ${error.message}`, { cause: error })
    })
  }
  assert.deepEqual(await server.requests(), [])
})

test('the error about an unknown member lists the known ones', async (t) => {
  const { server, client } = await answering(t)
  for (const name of ['params', 'headers', 'data', 'Query']) {
    assert.match((await rejected(client.request('GET', '/credits', { [name]: {} }), name)).message, /query, body/)
  }
  for (const input of ['body', 5, [], () => {}]) {
    assert.match((await caught(client.request('GET', '/credits', input))).message, /must be an object/)
  }
  assert.deepEqual(await server.requests(), [])
})
