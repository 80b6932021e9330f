// Events that Zexa posts to webhooks, and invalid payloads.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { clientFor, MESSAGE, RESPONSES, SMS, thrown } from './examples.mjs'
import { DecodeError, parseEvent, ValidationError } from './zexa.mjs'

const EVENT = {
  id: 'evt_1',
  event: 'message.delivered',
  created_at: '2026-07-01T09:00:00Z',
  data: RESPONSES.message,
  novel_field: { a_b: 1 },
}
const PAYLOAD = JSON.stringify(EVENT)

test('a payload may be a string or bytes', () => {
  const bytes = new TextEncoder().encode(PAYLOAD)
  const inside = Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')]).subarray(2, 2 + bytes.length)
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  const foreign = runInContext('new Uint8Array(bytes)', createContext({ bytes: [...bytes] }))
  for (const body of [PAYLOAD, bytes, Buffer.from(bytes), inside, shared, foreign]) {
    assert.deepEqual(parseEvent(body), {
      id: 'evt_1',
      event: 'message.delivered',
      createdAt: new Date('2026-07-01T09:00:00Z'),
      data: RESPONSES.message,
      message: MESSAGE,
      extra: { novel_field: { a_b: 1 } },
    })
  }
})

test('the bytes of a payload are not modified', () => {
  const bytes = Buffer.from(PAYLOAD)
  const event = parseEvent(bytes)
  bytes.fill(0)
  assert.equal(event.id, 'evt_1')
  assert.equal(event.message.body, 'the code is 4711')
})

test('fields of the payload named like fields of the client are preserved', () => {
  const event = parseEvent('{"message": 1, "campaign": "x", "extra": {}, "createdAt": 2, "__proto__": {"a": 1}}')
  assert.deepEqual(Object.keys(event), ['extra'])
  assert.deepEqual(Object.keys(event.extra).sort(), ['__proto__', 'campaign', 'createdAt', 'extra', 'message'])
})

test('invalid payloads', () => {
  const texts = [
    '',
    'event=x',
    '[]',
    '"the code is 4711"',
    'null',
    '5',
    'true',
    '{',
    '{"a":1}x',
    '<html>',
    '['.repeat(100_000),
  ]
  const bytes = [Buffer.from([0xff, 0xfe]), new Uint8Array()]
  for (const body of [...texts, ...texts.map((text) => Buffer.from(text)), ...bytes]) {
    const error = thrown(() => parseEvent(body))
    assert.equal(error.constructor, DecodeError, inspect(error))
    assert.deepEqual([error.kind, error.outcome, error.attempts, error.status], ['decode', 'not_sent', 0, undefined])
    assert.match(error.stack, /^DecodeError: .*\n {4}at .*events\.test\.mjs/)
    assert.doesNotMatch(error.stack + inspect(error), /4711/)
  }
})

test('a payload of another type is rejected', () => {
  const others = [
    undefined,
    null,
    5,
    true,
    EVENT,
    [1],
    [...Buffer.from(PAYLOAD)],
    new Date(),
    Symbol('x'),
    () => PAYLOAD,
  ]
  const views = [
    new ArrayBuffer(2),
    new DataView(new ArrayBuffer(2)),
    new Uint16Array(2),
    new Blob([PAYLOAD]),
    Object(PAYLOAD),
  ]
  for (const body of [...others, ...views]) {
    const error = thrown(() => parseEvent(body))
    assert.equal(error.constructor, ValidationError, inspect(error))
    assert.match(error.message, /^`body` must be a string or a Uint8Array/)
    assert.equal(error.details.field, 'body')
    assert.match(error.stack, /events\.test\.mjs/)
  }
})

test('a lone surrogate is replaced', () => {
  assert.equal(parseEvent('{"event": "\\ud800"}').event, '\ufffd')
  assert.equal(parseEvent(Buffer.from('{"event": "\xff"}', 'latin1')).event, '\ufffd')
  assert.equal(parseEvent('{"event": "\ud83c\udde6"}').event, '🇦')
})

test('an event posted by the sandbox', async (t) => {
  const posted = []
  const receiver = createServer(async (request, response) => {
    const chunks = await request.toArray()
    posted.push(Buffer.concat(chunks))
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => receiver.once('listening', listening))
  t.after(() => receiver.close())
  const { server, client } = await clientFor(t, {}, { state: { allow_http_webhooks: true } })
  // `webhooks.create()` rejects http:// URLs.
  const url = `http://127.0.0.1:${receiver.address().port}/zexa`
  await client.request('POST', '/webhooks', { body: { url, events: ['*'] } })
  const sent = await client.messages.send(SMS)
  await server.advance(60)
  const events = posted.map((body) => parseEvent(body))
  const delivered = events.filter((event) => event.event === 'message.delivered' && event.message)
  assert.deepEqual(
    delivered.map((event) => [event.message.id, event.message.status]),
    [[sent.id, 'delivered']],
  )
  assert.deepEqual(delivered[0].message.createdAt, sent.createdAt)
})
