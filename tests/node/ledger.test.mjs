// The class Ledger: opening files, counting rows, and settling doubts.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, relative } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { caught, thrown } from './examples.mjs'
import { countsOf, keyed, keyedClientFor, pathFor } from './ledgers.mjs'
import {
  APIError,
  ConfigError,
  ConflictError,
  InvalidRequestError,
  Ledger,
  NotFoundError,
  ValidationError,
  Zexa,
} from './zexa.mjs'

const BAD_GATEWAY = { status: 502, headers: { 'X-Request-Id': 'req_1' } }

describe('opening', () => {
  test('a file that does not exist is created on request only', async (t) => {
    const path = pathFor(t)
    for (const options of [undefined, null, {}, { create: false }, { create: null }]) {
      const error = await caught(Ledger.open(path, options))
      assert.deepEqual([error.constructor, error.outcome, error.attempts], [ConfigError, 'not_sent', 0])
      assert.equal(error.message, `\`ledger\` ${path} does not exist`)
      assert.ok(!existsSync(path))
    }
    const ledger = await Ledger.open(path, { create: true })
    assert.ok(ledger instanceof Ledger)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(await ledger.counts(), {
      ...{ claimed: 0, accepted: 0, rejected: 0, notSent: 0, inDoubt: 0, pruned: 0 },
      extra: {},
    })
    assert.deepEqual(await ledger.inDoubt(), [])
    await Ledger.open(path)
  })

  test('a path may be relative, or a file: URL', async (t) => {
    const path = pathFor(t, 'june 1.db')
    for (const one of [path, relative(process.cwd(), path), pathToFileURL(path)]) {
      assert.equal((await Ledger.open(one, { create: true })).path, path)
    }
    const csv = pathToFileURL(`${path}.csv`)
    assert.equal(await (await Ledger.open(path)).export(csv), 0)
    assert.ok(existsSync(csv))
    const zexa = new Zexa({ apiKey: 'k', ledger: pathToFileURL(`${path}.other`) })
    assert.ok(existsSync(`${path}.other`), zexa.baseUrl)
  })

  test('a file that is not a ledger is rejected', async (t) => {
    const path = pathFor(t)
    writeFileSync(path, 'to;body\n'.repeat(1000))
    for (const [file, reason] of [
      [path, `${path} is not a ledger`],
      [dirname(path), `${dirname(path)} is not a file`],
      ['', 'must not be empty: set the path of a file'],
      ['mysql://localhost/zexa', 'must be the path of a file, or a URL that begins with postgres://'],
      ['postgres:///zexa', 'must name a host, or the directory of a socket with `host=`'],
    ]) {
      const error = await caught(Ledger.open(file, { create: true }))
      assert.deepEqual([error.constructor, error.message], [ConfigError, `\`ledger\` ${reason}`])
      assert.deepEqual(error.details, { field: 'ledger', reason })
    }
    assert.equal((await caught(Ledger.open('a\0b', { create: true }))).constructor, ConfigError)
  })

  test('wrong arguments are rejected', async () => {
    const string = 'must be a string or a file: URL'
    for (const [args, message] of [
      [[], `\`path\` ${string}, not undefined`],
      [[null], `\`path\` ${string}, not null`],
      [[5], `\`path\` ${string}, not a number`],
      [[Buffer.from('june.db')], `\`path\` ${string}, not an instance of Buffer`],
      [[{ create: true }], `\`path\` ${string}, not an object`],
      [['\ud800'], '`path` must not contain a lone surrogate, which is half of a character'],
      [['june.db', { create: 1 }], '`create` must be true or false, not a number'],
      [['june.db', { creat: true }], '`creat` is unknown; did you mean create? The options of Ledger.open are create'],
      [['june.db', true], 'the options of Ledger.open must be an object of names and values, not a boolean'],
    ]) {
      const error = await caught(Ledger.open(...args))
      assert.deepEqual([error.constructor, error.message], [ConfigError, message])
      assert.match(error.stack, /^ConfigError: .*\n {4}at .*ledger\.test\.mjs/)
    }
    const { message } = await caught(Ledger.open(new URL('https://shop.example/june.db')))
    assert.match(message, /^`path` must be a path or a file: URL, got another URL: .*file/)
  })

  test('only open() makes ledgers', async (t) => {
    for (const args of [[], ['june.db'], [{}, 'june.db']]) {
      assert.match(thrown(() => new Ledger(...args)).message, /Ledger\.open\(\)/)
    }
    const { open } = Ledger
    assert.ok((await open(pathFor(t), { create: true })) instanceof Ledger)
  })

  test('the module systems share the class', async (t) => {
    const required = createRequire(import.meta.url)('zexa')
    assert.ok((await required.Ledger.open(pathFor(t), { create: true })) instanceof Ledger)
  })
})

test('the path is read-only, and shown', async (t) => {
  const path = pathFor(t)
  const ledger = await Ledger.open(path, { create: true })
  assert.throws(() => {
    ledger.path = 'july.db'
  }, TypeError)
  assert.equal(inspect(ledger), `Ledger { path: '${path}' }`)
  assert.deepEqual(Object.keys(ledger), [])
})

/** A ledger with two rows in doubt. */
async function withDoubts(t) {
  const before = new Date()
  const { path, server, client } = await keyedClientFor(t, {}, { faults: [{ ...BAD_GATEWAY, times: 2 }] })
  for (const key of ['order-1', 'order-2']) {
    await assert.rejects(client.messages.send(keyed(key)), { kind: 'server', outcome: 'unknown' })
  }
  return { path, server, client, before, ledger: await Ledger.open(path) }
}

describe('rows in doubt', () => {
  test('are counted and named', async (t) => {
    const { ledger, before } = await withDoubts(t)
    const { inDoubt, oldestDoubt, accepted } = await ledger.counts()
    assert.deepEqual([inDoubt, accepted], [2, 0])
    assert.ok(oldestDoubt >= before && oldestDoubt <= new Date())
    const rows = await ledger.inDoubt()
    assert.deepEqual(
      rows.map(({ key, operation, httpStatus }) => [key, operation, httpStatus]),
      ['order-1', 'order-2'].map((key) => [key, '/messages', 502]),
    )
    assert.deepEqual(rows[0].claimedAt, oldestDoubt)
    assert.deepEqual(rows[0].extra, {})
  })

  test('are settled while the client uses the ledger', async (t) => {
    const { ledger, client, server } = await withDoubts(t)
    assert.equal(await ledger.markSent('order-1', 'msg_4711'), undefined)
    assert.equal(await ledger.markNotSent('order-2'), undefined)
    assert.equal((await client.messages.send(keyed('order-1'))).id, 'msg_4711')
    assert.equal((await server.messages()).length, 0)
    assert.equal((await client.messages.send(keyed('order-2'))).id, (await server.messages())[0].id)
    assert.deepEqual(await ledger.inDoubt(), [])
  })

  test('that were sent may have no id', async (t) => {
    const { ledger, client } = await withDoubts(t)
    await ledger.markSent('order-1')
    await ledger.markSent('order-2', null)
    for (const key of ['order-1', 'order-2']) {
      await assert.rejects(client.messages.send(keyed(key)), { kind: 'decode', outcome: 'accepted' })
    }
  })

  test('can be settled once', async (t) => {
    const { ledger } = await withDoubts(t)
    await ledger.markSent('order-1', 'msg_4711')
    for (const settle of [() => ledger.markSent('order-1', 'msg_1'), () => ledger.markNotSent('order-1')]) {
      const error = await caught(settle())
      assert.deepEqual([error.constructor, error.outcome], [ConflictError, 'not_sent'])
      assert.equal(error.message, 'the key is not in doubt: its state is `accepted`')
    }
    const error = await caught(ledger.markNotSent('order-3'))
    assert.deepEqual([error.constructor, error.message], [NotFoundError, 'the ledger does not have this key'])
  })

  test('operations run in the order of their calls', async (t) => {
    const { ledger } = await withDoubts(t)
    const [, , { inDoubt }] = await Promise.all([
      ledger.markSent('order-1'),
      ledger.markNotSent('order-2'),
      ledger.counts(),
    ])
    assert.equal(inDoubt, 0)
  })
})

test('rows are pruned, and their keys never sent again', async (t) => {
  const { path, server, client } = await keyedClientFor(t, {}, {})
  await client.messages.send(keyed('order-1'))
  const ledger = await Ledger.open(path)
  assert.equal(await ledger.prune('2020-01-01T00:00:00Z'), 0)
  assert.equal(await ledger.prune(new Date(Date.now() + 1000)), 1)
  const { accepted, pruned } = await ledger.counts()
  assert.deepEqual([accepted, pruned], [0, 1])
  await assert.rejects(client.messages.send(keyed('order-1')), { kind: 'decode', outcome: 'accepted' })
  assert.equal((await server.messages()).length, 1)
})

test('an export has a header and a line per row', async (t) => {
  const { ledger, path } = await withDoubts(t)
  const csv = `${path}.csv`
  writeFileSync(csv, 'replaced\n'.repeat(1000))
  assert.equal(await ledger.export(csv), 2)
  const [header, first, second, ...others] = readFileSync(csv, 'utf8').trimEnd().split('\n')
  assert.match(header, /^key,operation,state,id,/)
  assert.match(first, /^order-1,\/messages,unknown,,,,server,502,/)
  assert.match(second, /^order-2,/)
  assert.deepEqual(others, [])
  const error = await caught(ledger.export(`${path}/nowhere.csv`))
  assert.deepEqual([error.constructor, error.kind, error.cause.code], [APIError, 'other', 'ENOTDIR'])
  const replacing = await caught(ledger.export(path))
  assert.equal(replacing.constructor, ValidationError)
  assert.equal(replacing.message, '`path` must not be a file of the ledger, which the export would replace')
  assert.equal((await countsOf(path)).inDoubt, 2)
})

/** Each method, with valid arguments. */
const METHODS = {
  counts: [],
  inDoubt: [],
  markSent: ['order-1', 'msg_1'],
  markNotSent: ['order-1'],
  prune: ['2026-07-01T00:00:00Z'],
  export: ['june.csv'],
}

test('methods without their ledger reject', async (t) => {
  const ledger = await Ledger.open(pathFor(t), { create: true })
  const names = Object.getOwnPropertyNames(Ledger.prototype).filter((name) => !['constructor', 'path'].includes(name))
  assert.deepEqual(names.sort(), Object.keys(METHODS).sort())
  for (const [name, args] of Object.entries(METHODS)) {
    for (const of of [undefined, null, {}, 5, new Proxy(ledger, {})]) {
      const error = await caught(ledger[name].call(of, ...args))
      assert.deepEqual([error.constructor, error.details.field], [InvalidRequestError, 'this'])
      assert.equal(error.message, `${name}() was called without its ledger: call it as a method, or bind it`)
    }
  }
  const bound = ledger.counts.bind(ledger)
  assert.equal((await bound()).accepted, 0)
})

test('wrong arguments of methods are rejected', async (t) => {
  const ledger = await Ledger.open(pathFor(t), { create: true })
  for (const [call, message] of [
    [() => ledger.markSent(), '`key` must be a string, not undefined'],
    [() => ledger.markSent(5), '`key` must be a string, not a number'],
    [() => ledger.markSent('order-1', 5), '`id` must be a string, not a number'],
    [() => ledger.markSent('order-1', ''), '`id` must not be empty'],
    [() => ledger.markNotSent(null), '`key` must be a string, not null'],
    [() => ledger.markNotSent('\ud800'), '`key` must not contain a lone surrogate, which is half of a character'],
    [() => ledger.prune(), /^`before` must be a Date or a string/],
    [() => ledger.prune('2026-07-01'), /^`before` must be a time with a UTC offset/],
    [() => ledger.export(), '`path` must be a string or a file: URL, not undefined'],
    [() => ledger.export(new URL('https://shop.example/')), /^`path` must be a path or a file: URL, got another URL/],
  ]) {
    const error = await caught(call())
    assert.ok([ValidationError, InvalidRequestError].includes(error.constructor), inspect(error))
    assert.match(error.message, message instanceof RegExp ? message : new RegExp(`^${message}$`))
    assert.deepEqual([error.outcome, error.attempts], ['not_sent', 0])
    assert.match(error.stack, /ledger\.test\.mjs/)
  }
})
