// Aborting calls: the request ends at any point, and nothing is sent afterwards.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import {
  abort,
  assertNoListeners,
  attemptLogger,
  cancellationOf,
  causeOf,
  connectionsClosed,
  STALL,
} from './abort_helpers.mjs'
import { arrived, bodies, sms } from './programs/messages.mjs'
import { serverFor } from './sandbox.mjs'
import { CancelledError, Zexa, ZexaError } from './zexa.mjs'

test('in flight', async (t) => {
  const server = await serverFor(t, { faults: [STALL] })
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const sending = zexa.messages.send(sms('aborted'), { signal: controller.signal })
  await arrived(server, 1)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1)
  await abort(controller, sending)
  assert.equal(controller.signal.reason.name, 'AbortError')
  await connectionsClosed(server)
  await zexa.messages.send(sms('after'))
  assert.deepEqual(await bodies(server), ['aborted', 'after'])
  assert.equal((await server.requests()).length, 2)
})

class LeftPage extends Error {
  name = 'LeftPage'
}
const HOSTILE = {
  get name() {
    throw new RangeError('mine')
  },
}
const REASONS = [
  [new Error('no longer wanted'), 'Error'],
  [new LeftPage(), 'LeftPage'],
  [new DOMException('', 'DataCloneError'), 'DataCloneError'],
  ...[{ mine: true }, { name: 'Ana' }, { name: '', message: '' }, HOSTILE].map((reason) => [reason, 'AbortError']),
  ...['gone', '', 0, false, null, Symbol('a'), () => {}].map((reason) => [reason, 'AbortError']),
]
for (const [reason, name] of REASONS) {
  test(`with a custom reason: ${typeof reason} ${String(reason)}`, async (t) => {
    const server = await serverFor(t, { faults: [STALL] })
    const controller = new AbortController()
    const sending = new Zexa(server.options).messages.send(sms('aborted'), { signal: controller.signal })
    await arrived(server, 1)
    controller.abort(reason)
    const late = new Zexa(server.options).messages.send(sms('late'), { signal: controller.signal })
    const errors = await Promise.all([sending, late].map(cancellationOf))
    for (const error of errors) assert.deepEqual([error.name, error.cause], [name, reason])
    assert.deepEqual(
      errors.map(({ outcome }) => outcome),
      ['unknown', 'not_sent'],
    )
  })
}

test('undefined as the reason is an AbortError', async (t) => {
  const server = await serverFor(t, { faults: [STALL] })
  const controller = new AbortController()
  const sending = new Zexa(server.options).messages.send(sms('aborted'), { signal: controller.signal })
  await abort(controller, sending, undefined)
  assert.ok(controller.signal.reason instanceof DOMException)
})

test('over HTTP/2, the stream ends and the connection stays open', async (t) => {
  const server = await serverFor(t, { state: { tls: true }, faults: [{ skip: 1, then: 'stall' }] })
  const zexa = new Zexa({ ...server.options, http2: true })
  await zexa.request('GET', '/credits')
  const controller = new AbortController()
  const sending = zexa.messages.send(sms('aborted'), { signal: controller.signal })
  await arrived(server, 2)
  await abort(controller, sending)
  await zexa.messages.send(sms('after'))
  assert.deepEqual(await bodies(server), ['after'])
  assert.equal((await server.state()).connections, 1)
  assert.ok((await server.requests()).every((request) => request.http_version === '2'))
})

test('before the call', async (t) => {
  const server = await serverFor(t)
  const zexa = new Zexa(server.options)
  const signal = AbortSignal.abort()
  const sending = zexa.messages.send(sms('never'), { signal })
  assertNoListeners(signal)
  assert.equal(await causeOf(sending), signal.reason)
  // The arguments are not checked, as with `fetch()`, and nothing is thrown synchronously.
  assert.equal(await causeOf(zexa.request('GET', '/credits', {}, { signal })), signal.reason)
  await zexa.messages.send(sms('after'))
  assert.deepEqual(await bodies(server), ['after'])
  assert.equal((await server.requests()).length, 1)
})

test('immediately after the call', async (t) => {
  const server = await serverFor(t)
  const controller = new AbortController()
  const sending = new Zexa(server.options).messages.send(sms('at once'), { signal: controller.signal })
  await abort(controller, sending)
})

test('in the wait before a retry', async (t) => {
  const server = await serverFor(t, { faults: [{ status: 429, headers: { 'Retry-After': '60' } }] })
  const { attempted, logger } = attemptLogger()
  const zexa = new Zexa({ ...server.options, logger })
  const controller = new AbortController()
  const sending = zexa.messages.send(sms('aborted'), { signal: controller.signal })
  assert.equal((await attempted).status, 429)
  await abort(controller, sending)
  assert.equal((await cancellationOf(sending)).attempts, 1)
  assert.equal((await server.requests()).length, 1)
})

test('while all calls wait after a 429', async (t) => {
  const server = await serverFor(t, { faults: [{ status: 429, headers: { 'Retry-After': '60' } }] })
  const zexa = new Zexa(server.options)
  await assert.rejects(zexa.messages.send(sms('limited'), { maxRetries: 0 }), { kind: 'rate_limited' })
  const controller = new AbortController()
  const calls = Array.from({ length: 10 }, (_, number) =>
    zexa.messages.send(sms(number), { signal: controller.signal }),
  )
  const errors = calls.map(cancellationOf)
  await new Promise(setImmediate)
  controller.abort()
  for (const { cause, outcome, attempts } of await Promise.all(errors)) {
    assert.deepEqual([cause, outcome, attempts], [controller.signal.reason, 'not_sent', 0])
  }
  assert.equal((await server.requests()).length, 1)
})

test('in messages.wait(), between two polls', async (t) => {
  const server = await serverFor(t, { state: { speed: 'manual' } })
  let looked = 0
  const { attempted, logger } = attemptLogger((fields) => fields.method === 'GET' && ++looked === 2)
  const zexa = new Zexa({ ...server.options, logger })
  const { id } = await zexa.messages.send(sms('waited for'))
  const controller = new AbortController()
  const waiting = zexa.messages.wait(id, {}, { signal: controller.signal })
  await attempted
  await abort(controller, waiting)
  const seen = (await server.requests()).length
  await zexa.credits.get()
  assert.equal((await server.requests()).length, seen + 1)
})

test('by AbortSignal.timeout', async (t) => {
  // A permanent fault, because the timeout may come before the request arrives.
  const server = await serverFor(t, { faults: [{ ...STALL, path: '/messages', times: 0 }] })
  const signal = AbortSignal.timeout(300)
  const zexa = new Zexa(server.options)
  const error = await cancellationOf(zexa.messages.send(sms('slow'), { signal }))
  assert.deepEqual([error.name, error.cause], ['TimeoutError', signal.reason])
  assertNoListeners(signal)
  await connectionsClosed(server)
  await zexa.credits.get({ signal: AbortSignal.timeout(2 ** 31 - 1) })
})

test('by AbortSignal.any', async (t) => {
  const server = await serverFor(t, { faults: [{ ...STALL, times: 2 }] })
  const zexa = new Zexa(server.options)
  const [one, other] = [new AbortController(), new AbortController()]
  const signal = AbortSignal.any([one.signal, other.signal, AbortSignal.timeout(2 ** 31 - 1)])
  const calls = [zexa.messages.send(sms('a'), { signal }), zexa.messages.send(sms('b'), { signal: one.signal })]
  await arrived(server, 2)
  other.abort('enough')
  assert.equal(await causeOf(calls[0]), 'enough')
  assertNoListeners(signal)
  // The other controller is not affected.
  assert.equal(getEventListeners(one.signal, 'abort').length, 1)
  await abort(one, calls[1])
})

test('aborting ends the calls with the signal, and no others', async (t) => {
  const server = await serverFor(t, { faults: [{ then: 'stall' }, { delay: 0.5, times: 2 }] })
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const aborted = zexa.messages.send(sms('aborted'), { signal: controller.signal })
  await arrived(server, 1)
  const others = [
    zexa.messages.send(sms('one')),
    zexa.messages.send(sms('two'), { signal: new AbortController().signal }),
  ]
  await arrived(server, 3)
  await abort(controller, aborted)
  assert.deepEqual(
    (await Promise.all(others)).map((message) => message.body),
    ['one', 'two'],
  )
})

test('one signal for a hundred concurrent calls', async (t) => {
  const warnings = []
  const warned = (warning) => warnings.push(warning)
  process.on('warning', warned)
  t.after(() => process.off('warning', warned))
  const server = await serverFor(t, { faults: [{ times: 0, then: 'stall' }] })
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const calls = Array.from({ length: 100 }, (_, number) =>
    zexa.messages.send(sms(number), { signal: controller.signal }),
  )
  const reasons = calls.map(causeOf)
  await arrived(server, 100)
  assert.ok(getEventListeners(controller.signal, 'abort').length > 0)
  controller.abort()
  assert.deepEqual(new Set(await Promise.all(reasons)), new Set([controller.signal.reason]))
  assertNoListeners(controller.signal)
  await new Promise(setImmediate)
  assert.deepEqual(warnings, [])
})

test('a signal has no listeners after a call, however it ended', async (t) => {
  const server = await serverFor(t)
  const zexa = new Zexa(server.options)
  const { signal } = new AbortController()
  await zexa.messages.send(sms('sent'), { signal })
  assertNoListeners(signal)
  await assert.rejects(zexa.messages.send({ ...sms('rejected'), to: '912' }, { signal }), ZexaError)
  assertNoListeners(signal)
  await assert.rejects(zexa.messages.send({ novel: 1 }, { signal }), ZexaError)
  await assert.rejects(zexa.messages.send(sms('options'), { signal, novel: 1 }), ZexaError)
  assertNoListeners(signal)
  await assert.rejects(zexa.request('GET', 'nowhere at all', {}, { signal }), ZexaError)
  assertNoListeners(signal)
  zexa.close()
  await assert.rejects(zexa.messages.send(sms('closed'), { signal }), { kind: 'closed' })
  assertNoListeners(signal)
})

test('aborting after the call has no effect', async (t) => {
  const server = await serverFor(t)
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const sending = zexa.messages.send(sms('sent'), { signal: controller.signal })
  assert.equal((await sending).body, 'sent')
  controller.abort()
  assert.equal((await sending).body, 'sent')
})

test('a signal of withOptions()', async (t) => {
  const server = await serverFor(t, { faults: [{ then: 'stall', times: 2 }] })
  const zexa = new Zexa(server.options)
  const controller = new AbortController()
  const mine = zexa.withOptions({ signal: controller.signal, timeout: 20_000 })
  const calls = [mine.messages.send(sms('a')), mine.withOptions({ maxRetries: 1 }).request('GET', '/credits')]
  const reasons = calls.map(causeOf)
  await arrived(server, 2)
  controller.abort()
  for (const reason of await Promise.all(reasons)) assert.equal(reason, controller.signal.reason)
  assertNoListeners(controller.signal)
  assert.equal(await causeOf(mine.messages.send(sms('b'))), controller.signal.reason)
  assert.equal(await causeOf(mine.contacts.list().toArray()), controller.signal.reason)
  // The original client has no signal.
  await zexa.messages.send(sms('after'))
  assert.deepEqual(await bodies(server), ['after'])
})

test('a call resolves or is aborted at any time, and a resolved call was sent', async (t) => {
  const server = await serverFor(t)
  const zexa = new Zexa(server.options)
  const calls = Array.from({ length: 300 }, (_, number) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(number), (number * 7919) % 50)
    return zexa.messages.send(sms(number), { signal: controller.signal })
  })
  const ends = await Promise.allSettled(calls)
  const done = ends.filter((end) => end.status === 'fulfilled').map((end) => end.value.body)
  ends.forEach((end, number) => {
    if (end.status === 'rejected') assert.equal(end.reason.cause, number)
    else assert.equal(end.value.body, String(number))
  })
  const sent = await bodies(server)
  assert.equal(new Set(sent).size, sent.length)
  assert.deepEqual(
    done.filter((body) => !sent.includes(body)),
    [],
  )
  // The outcomes of aborted calls are true, too.
  for (const [number, { reason }] of ends.entries()) {
    const outcome = reason?.outcome
    if (outcome === 'accepted') assert.ok(sent.includes(String(number)))
    if (outcome === 'not_sent') assert.ok(!sent.includes(String(number)))
  }
})

const OUTCOMES = {
  'in flight': [STALL, 'unknown', 1],
  'in the head of the answer': [{ ...STALL, at: 'head' }, 'unknown', 1],
}
for (const [where, [fault, outcome, attempts]] of Object.entries(OUTCOMES)) {
  test(`outcome: ${where}`, async (t) => {
    const server = await serverFor(t, { faults: [fault] })
    const controller = new AbortController()
    const sending = new Zexa(server.options).messages.send(sms('aborted'), { signal: controller.signal })
    await arrived(server, 1)
    const error = await abort(controller, sending)
    assert.deepEqual(
      [error.name, error.constructor, error.outcome, error.attempts],
      ['AbortError', CancelledError, outcome, attempts],
    )
    assert.equal(error.safeToRetry, false)
    assert.match(error.stack, /behaviour-abort\.test\.mjs/)
  })
}

test('outcome: before the call', async (t) => {
  const server = await serverFor(t)
  const sending = new Zexa(server.options).messages.send(sms('never'), { signal: AbortSignal.abort() })
  const { name, kind, outcome, attempts, safeToRetry } = await cancellationOf(sending)
  assert.deepEqual([name, kind, outcome, attempts], ['AbortError', 'cancelled', 'not_sent', 0])
  assert.equal(safeToRetry, true)
})

test('outcome: in the body of the response', async (t) => {
  const server = await serverFor(t, { faults: [{ ...STALL, at: 'body' }] })
  const controller = new AbortController()
  const sending = new Zexa(server.options).messages.send(sms('sent'), { signal: controller.signal })
  waitForResponse(server)
  const { outcome, details } = await abort(controller, sending)
  assert.deepEqual([outcome, details], ['accepted', undefined])
})

test('outcome: the response has arrived, but was not delivered yet', async (t) => {
  const server = await serverFor(t)
  const controller = new AbortController()
  const sending = new Zexa(server.options).messages.send(sms('sent'), { signal: controller.signal })
  // No JavaScript runs in the meantime, so the response is not delivered.
  waitForResponse(server)
  const { outcome, details } = await abort(controller, sending)
  assert.deepEqual([outcome, details.body], ['accepted', 'sent'])
  assert.ok(details.createdAt instanceof Date)
  assert.deepEqual(await bodies(server), ['sent'])
})

/** Blocks until the server has responded to its first request, and a process has run since then. */
function waitForResponse(server) {
  const program = `for (let status; !status;) {
    const { requests } = await (await fetch('${server.control}/requests?at_least=1')).json()
    status = requests[0].status
  }`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program])
  assert.equal(status, 0)
}

test('outcome: the server has rejected the request, but the error was not delivered yet', async (t) => {
  const server = await serverFor(t, {
    faults: [{ status: 422, body: { error: 'insufficient_credits', message: 'Top up' } }],
  })
  const controller = new AbortController()
  const sending = new Zexa(server.options).messages.send(sms('rejected'), { signal: controller.signal })
  waitForResponse(server)
  const { message, outcome, status, code } = await abort(controller, sending)
  assert.deepEqual([outcome, status, code], ['rejected', 422, 'insufficient_credits'])
  assert.match(message, /cancelled.*Top up/)
})

test('the outcome is preserved through async functions', async (t) => {
  const server = await serverFor(t, { faults: [{ ...STALL, path: '/messages', times: 0 }] })
  const zexa = new Zexa(server.options)
  const send = async () => await zexa.messages.send(sms('wrapped'), { signal: AbortSignal.timeout(100) })
  const sendAll = async () => await Promise.all([send()])
  const { name, outcome, safeToRetry, cause, stack } = await cancellationOf(sendAll())
  assert.ok(['unknown', 'not_sent'].includes(outcome))
  assert.deepEqual([name, cause.name, safeToRetry], ['TimeoutError', 'TimeoutError', outcome === 'not_sent'])
  assert.match(stack, /^TimeoutError: the call was cancelled.*\n[\s\S]*behaviour-abort\.test\.mjs/)
})
