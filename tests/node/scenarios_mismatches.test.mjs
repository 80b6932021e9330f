// The scenario runner reports mismatches: a runner that accepts everything would be useless.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sandbox, serverFor } from './sandbox.mjs'
import { inconsistencies } from './scenarios/errors.mjs'
import { selected, Way, ways } from './scenarios/files.mjs'
import { aboutOf, Broken, pageToJson, toJson } from './scenarios/objects.mjs'
import { play } from './scenarios/play.mjs'
import { parseEvent } from './zexa.mjs'

const SEND = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
const RUNNER = new URL('scenarios.test.mjs', import.meta.url)

/** What the mismatches must mention, and the change to a matching scenario that causes them. */
const CHANGES = {
  '/result/currency': { result: { credits: 4250, currency: 'AOA' } },
  '/error': { error: { kind: 'server' } },
  '/requests': { result: {}, requests: { $length: 2 } },
  '/messages': { result: {}, messages: { $length: 1 } },
  '/before/0/error': { result: {}, before: [{ operation: 'credits.get', expect: { error: {} } }] },
  '/ledger/accepted': { result: {}, client: { ledger: '{{directory}}/a.db' }, ledger: { accepted: 1 } },
  'no operation': { result: {}, call: { operation: 'credits.guess' } },
  'not supported in Node: `maxRetrys`': { error: { kind: 'config' }, client: { max_retrys: 1 } },
  timeout: { result: {}, client: { timeout: 'soon' } },
  no_such_state: { result: {}, server: { state: { no_such_state: 1 } } },
  'not supported in Node: `body`': { result: {}, call: { operation: 'contacts.list', arguments: { body: 'x' } } },
  '`to`': { result: {}, call: { operation: 'messages.send', arguments: { ...SEND, to: 912345678 } } },
  'not supported in Node: `colour`': { result: {}, call: { operation: 'credits.get', options: { colour: 1 } } },
  '/result/results': {
    result: { results: { $length: 1 } },
    call: { operation: 'messages.send_many', arguments: { rows: [] } },
  },
  'not supported in Node: `concurrent`': {
    result: {},
    call: { operation: 'messages.send_many', arguments: { rows: [] }, bulk: { concurrent: 1 } },
  },
  'no cancel_at': { result: {}, call: { operation: 'credits.get', cancel_at: 1 } },
  'no take': { result: {}, before: [{ operation: 'contacts.list', take: 1 }] },
}

for (const [words, change] of Object.entries(CHANGES)) {
  test(`a mismatch is reported: ${words}`, async () => {
    const scenario = { name: words, call: { operation: 'credits.get' }, ...change }
    for (const way of Object.values(Way)) {
      const found = await play(await sandbox(), scenario, way)
      assert.ok(
        found.some((mismatch) => mismatch.includes(words)),
        `${way}: ${found}`,
      )
      assert.ok(!found.some((mismatch) => mismatch.includes('the runner failed')), `${way}: ${found}`)
    }
  })
}

test('a call that is not cancelled is reported', async () => {
  const call = { operation: 'contacts.delete', arguments: { id: 'cnt_nobody' }, cancel_after_attempts: 2 }
  const found = await play(await sandbox(), { name: 'it ends before it is cancelled', call, error: {} }, Way.DIRECT)
  assert.match(found.join(), /not cancelled/)
})

test('a call that does not end is reported', async () => {
  const scenario = {
    name: 'stalled',
    server: { faults: [{ then: 'stall' }] },
    client: { timeout: 6, max_retries: 0 },
    call: { operation: 'credits.get' },
    result: {},
  }
  assert.deepEqual(await play(await sandbox(), scenario, Way.DIRECT, 500), ['not ended after 0.5 seconds'])
})

test('each way is used by some scenario', () => {
  const call = { operation: 'contacts.list' }
  const found = [...ways({ call }), ...ways({ call: { ...call, page: 1 } })]
  assert.deepEqual(new Set(found), new Set(Object.values(Way)))
})

test('each scenario has its own server', async (t) => {
  const server = await serverFor(t)
  const scenario = { name: 'x', call: { operation: 'credits.get' }, result: { credits: 4250 } }
  assert.deepEqual(await play(await sandbox(), scenario, Way.DIRECT), [])
  assert.deepEqual(await server.requests(), [])
})

const CONTACT = { id: 'cnt_1', name: 'Ana', createdAt: new Date(0), extra: { novel: 1 } }
const INCONSISTENT = {
  'is absent': { ...CONTACT, email: undefined },
  'but a key': { ...CONTACT, email: null },
  'not in camelCase': { ...CONTACT, created_at: new Date(0) },
  'not a Date': { ...CONTACT, createdAt: '2026-07-01T09:00:00Z' },
  'invalid Date': { ...CONTACT, createdAt: new Date('never') },
  'extra is undefined': { id: 'cnt_1' },
  'and a field': { ...CONTACT, extra: { name: 'Ana' } },
  'not a plain object': new (class Contact {
    extra = {}
  })(),
}

test('an inconsistent object is reported', () => {
  assert.deepEqual(toJson('contacts.create', CONTACT), {
    id: 'cnt_1',
    name: 'Ana',
    created_at: '1970-01-01T00:00:00.000Z',
    novel: 1,
  })
  for (const [words, contact] of Object.entries(INCONSISTENT)) {
    const isReported = (error) => error instanceof Broken && error.message.includes(words)
    assert.throws(() => toJson('contacts.create', contact), isReported, words)
    assert.throws(() => toJson('campaigns.get', { id: 'cmp_1', stats: contact, extra: {} }), isReported, words)
    const page = { items: [contact], total: 1, page: 1, perPage: 1, extra: {} }
    assert.throws(() => pageToJson(page), isReported, words)
  }
  assert.throws(() => toJson('contacts.delete', null), Broken)
  assert.throws(() => toJson('request', { status: 200, body: {}, headers: {} }), Broken)
  assert.throws(() => pageToJson({ items: [], total: 0, perPage: 1, extra: {} }), Broken)
  assert.throws(() => pageToJson({ items: [], page: 1, number: 1, extra: {} }), Broken)
})

test('the subject of an event is reported separately from its data', () => {
  const data = { id: 'msg_1', status: 'sent', channel: 'sms', to: '+244912345678', created_at: '2026-07-01T09:00:00Z' }
  const event = parseEvent(JSON.stringify({ event: 'message.sent', data }))
  assert.deepEqual(toJson('webhooks.parse_event', event), { event: 'message.sent', data })
  assert.deepEqual(aboutOf(event), {
    message: { ...data, created_at: '2026-07-01T09:00:00.000Z' },
    campaign: undefined,
  })
  event.campaign = undefined
  assert.throws(() => toJson('webhooks.parse_event', event), /no campaign, but has that key/)
})

test('an inconsistent error is reported', () => {
  let error
  const fresh = () => {
    try {
      parseEvent('[]')
    } catch (thrown) {
      error = thrown
    }
  }
  fresh()
  assert.deepEqual(inconsistencies(error), [])
  const changes = {
    kind: 'server',
    attempts: undefined,
    message: 'other',
    stack: 'Error',
    name: 'Error',
    safeToRetry: !error.safeToRetry,
    outcome: 'unknown',
    details: { field: 'per_page' },
    status: undefined,
    requestId: 5,
  }
  for (const [name, value] of Object.entries(changes)) {
    fresh()
    Object.defineProperty(error, name, { value, configurable: true, enumerable: name === 'status' })
    assert.notDeepEqual(inconsistencies(error), [], name)
  }
})

test('a folder without scenarios is rejected', (t) => {
  const environment = { ...process.env, ZEXA_SCENARIOS: folderOf(t, {}) }
  assert.throws(() => selected(environment), /contains no scenarios/)
})

test('a run reports what it played, and fails after a mismatch', (t) => {
  const folder = folderOf(t, {
    'additional.json': [
      { name: 'additional: a mismatch', call: { operation: 'credits.get' }, result: { credits: 1 } },
      { name: 'additional: a match', call: { operation: 'credits.get' }, result: { credits: 4250 } },
    ],
  })
  const both = run(folder, 'additional: a')
  assert.notEqual(both.status, 0)
  assert.match(both.output, /2 scenarios played in 4 ways/)
  assert.match(both.output, /not ok \d+ - .*additional: a mismatch \[direct\]/)
  assert.match(both.output, /\/result\/credits: expected 1, got 4250/)
  const matching = run(folder, 'additional: a match')
  assert.equal(matching.status, 0, matching.output)
  assert.match(matching.output, /1 scenarios played in 2 ways/)
})

test('a run that played nothing fails', (t) => {
  const folder = folderOf(t, { 'additional.json': [{ name: 'x', result: {} }] })
  for (const nothing of [run(folder, 'no such scenario'), run(folder, '', '--test-name-pattern=no such scenario')]) {
    assert.notEqual(nothing.status, 0)
    assert.match(nothing.output, /no file or name of a scenario contains|nothing was played/)
  }
})

/** A folder with these files. */
function folderOf(t, files) {
  const folder = mkdtempSync(join(tmpdir(), 'zexa-scenarios-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, value] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(value))
  return folder
}

/** Runs the usual scenarios and those of a folder whose names contain `part`. */
function run(folder, part, ...flags) {
  const { NODE_TEST_CONTEXT, ...environment } = process.env
  const env = { ...environment, ZEXA_SCENARIOS: folder, ZEXA_SCENARIO: part }
  const command = ['--test', '--test-reporter=tap', ...flags, fileURLToPath(RUNNER)]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}
