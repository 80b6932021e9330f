// Waiting for the status of a message or campaign, and what ends a wait.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAMPAIGN, caught, clientFor, SMS } from './examples.mjs'
import { APITimeoutError, ClosedError, NotFoundError, ValidationError } from './zexa.mjs'

function messageThatIs(status) {
  return { id: 'msg_1', status, channel: 'sms', to: '+244912345678', created_at: '2026-07-01T09:00:00Z' }
}

/** A server with a message that never reaches a final status, and a client for it. */
const staying = (t) => clientFor(t, {}, { state: { messages: [messageThatIs('sent')] } })

test('until a message is delivered', async (t) => {
  const { client } = await clientFor(t, {}, { state: { speed: 5 } })
  const sent = await client.messages.send(SMS)
  const arrived = await client.messages.wait(sent.id)
  assert.deepEqual([arrived.id, arrived.status], [sent.id, 'delivered'])
  assert.ok(arrived.createdAt instanceof Date)
})

test('until a campaign is complete', async (t) => {
  const { client } = await clientFor(t, {}, { state: { speed: 10 } })
  const ended = await client.campaigns.wait((await client.campaigns.create(CAMPAIGN)).id, { until: 'completed' })
  assert.deepEqual([ended.status, ended.stats.delivered], ['completed', 5])
})

test('a final status ends every wait', async (t) => {
  const { server, client } = await clientFor(t, {}, { state: { messages: [messageThatIs('failed')] } })
  const all = ['sent', 'queued', 'final', '', null, undefined].map((until) => ({ until }))
  for (const params of [...all, {}, null, undefined]) {
    assert.equal((await client.messages.wait('msg_1', params)).status, 'failed')
  }
  assert.equal((await server.requests()).length, all.length + 3)
})

test('the awaited status ends the wait', async (t) => {
  const { server, client } = await staying(t)
  await server.fault({ path: '/messages/*', status: 200, body: messageThatIs('queued') })
  assert.equal((await client.messages.wait('msg_1', { until: 'sent' })).status, 'sent')
  assert.equal((await server.requests()).length, 2)
})

test('the deadline limits the whole wait', async (t) => {
  const { client } = await staying(t)
  for (const wait of [
    client.messages.wait('msg_1', {}, { deadline: 3000 }),
    client.withOptions({ deadline: 3000 }).messages.wait('msg_1'),
  ]) {
    const error = await caught(wait)
    assert.equal(error.constructor, APITimeoutError)
    assert.match(error.message, /deadline/)
    assert.equal(error.outcome, 'unknown')
  }
})

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

test('waiting for an unknown id is rejected', async (t) => {
  const { client } = await staying(t)
  assert.equal((await caught(client.messages.wait('msg_nobody'))).constructor, NotFoundError)
  assert.equal((await caught(client.campaigns.wait('cmp_nobody', { until: 'sent' }))).constructor, NotFoundError)
})

test('options in place of parameters are rejected', async (t) => {
  const { server, client } = await staying(t)
  for (const name of ['signal', 'deadline', 'timeout']) {
    const error = await caught(client.messages.wait('msg_1', { [name]: 1 }))
    assert.equal(error.constructor, ValidationError)
    assert.match(error.message, new RegExp(`^\`${name}\` is an option of the call: .*until`))
  }
  assert.match((await caught(client.messages.wait('msg_1', 'delivered'))).message, /object/)
  assert.deepEqual(await server.requests(), [])
})
