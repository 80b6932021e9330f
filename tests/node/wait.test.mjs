// What ends a wait for a status. Scenarios test statuses and deadlines.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caught, clientFor } from './examples.mjs'
import { ClosedError } from './zexa.mjs'

const MESSAGE = { id: 'msg_1', status: 'sent', channel: 'sms', to: '+244912345678', created_at: '2026-07-01T09:00:00Z' }

/** A server with a message that never reaches a final status, and a client for it. */
const staying = (t) => clientFor(t, {}, { state: { messages: [MESSAGE] } })

test('a signal ends the wait in a pause', async (t) => {
  const { server, client } = await staying(t)
  const controller = new AbortController()
  const wait = client.messages.wait('msg_1', {}, { signal: controller.signal })
  await server.requests(2)
  const reason = new RangeError('mine')
  controller.abort(reason)
  const { kind, cause } = await caught(wait)
  assert.deepEqual([kind, cause], ['cancelled', reason])
  const seen = (await server.requests()).length
  // Another wait continues, and sends only the requests that it needs.
  assert.equal((await client.messages.wait('msg_1', { until: 'sent' })).status, 'sent')
  assert.equal((await server.requests()).length, seen + 1)
})

test('closing the client ends the wait', async (t) => {
  const { server, client } = await staying(t)
  const wait = caught(client.messages.wait('msg_1'))
  await server.requests(2)
  client.close()
  const error = await wait
  assert.deepEqual([error.constructor, error.outcome], [ClosedError, 'unknown'])
})

test('many concurrent waits', async (t) => {
  const { client } = await staying(t)
  const waits = Array.from({ length: 20 }, () => client.messages.wait('msg_1', { until: 'sent' }))
  const all = await Promise.all([...waits, client.credits.get()])
  assert.equal(all.length, 21)
})
