// Additional fields of body and query: the values that JavaScript accepts. The scenarios cover what is sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caught, clientFor, SMS, WEBHOOK } from './examples.mjs'
import { ConfigError } from './zexa.mjs'

/** The error of a call that is rejected before anything is sent. It must name the option. */
async function rejected(call, name) {
  const error = await caught(call)
  assert.deepEqual([error.constructor, error.outcome, error.attempts], [ConfigError, 'not_sent', 0])
  assert.ok(error.message.startsWith(`\`${name}\` `), error.message)
  assert.equal(error.details.field, name)
  assert.match(error.stack, /extra_fields\.test\.mjs/)
}

test('a body may be any object', async (t) => {
  const { server, client } = await clientFor(t)
  const date = new Date(0)
  class Fields {
    variables = ['Ana', -0, 1e21, undefined, date, { a_b: null }]
    nothing = undefined
  }
  for (const body of [new Fields(), { toJSON: () => ({ ...new Fields() }) }]) {
    await client.messages.send(SMS, { body })
    const sent = (await server.requests()).at(-1).body
    assert.deepEqual(sent, { ...SMS, variables: ['Ana', 0, 1e21, null, date.toISOString(), { a_b: null }] })
  }
})

test('a query may be an object or pairs', async (t) => {
  const { server, client } = await clientFor(t)
  const pairs = { a: 'x y', b: 1, c: true, none: null, not: undefined }
  for (const query of [pairs, new Map(Object.entries(pairs)), Object.entries(pairs)]) {
    await client.credits.get({ query })
    assert.deepEqual((await server.requests()).at(-1).query, { a: 'x y', b: '1', c: 'true' })
  }
  await client.credits.get({ query: new URLSearchParams('a=x+y') })
  assert.deepEqual((await server.requests()).at(-1).query, { a: 'x y' })
})

test('parameters of the call replace those of the client', async (t) => {
  const { server, client } = await clientFor(t)
  const derived = client.withOptions({ query: { a: 1, b: 1 } })
  await derived.messages.send(SMS, { query: { b: 2 } })
  await derived.request('GET', '/credits', { query: { c: 3 } })
  const sent = (await server.requests()).map(({ query }) => query)
  assert.deepEqual(sent, [
    { a: '1', b: '2' },
    { a: '1', b: '1', c: '3' },
  ])
})

test('a call without parameters in a body rejects additional fields', async (t) => {
  const { server, client } = await clientFor(t)
  const options = { body: { priority: 1 } }
  await rejected(client.credits.get(options), 'body')
  await rejected(client.messages.wait('msg_1', {}, options), 'body')
  await rejected(client.contacts.delete('cnt_1', options), 'body')
  await rejected(client.contacts.list({}, options).toArray(), 'body')
  await rejected(client.request('POST', '/contacts', { body: {} }, options), 'body')
  await rejected((async () => client.withOptions(options))(), 'body')
  assert.deepEqual(await server.requests(), [])
})

test('a conflict names the parameter', async (t) => {
  const { server, client } = await clientFor(t)
  await rejected(
    client.messages.send({ ...SMS, templateId: 'tpl_1' }, { body: { template_id: 'tpl_2' } }),
    'templateId',
  )
  await rejected(client.webhooks.create(WEBHOOK, { body: { url: WEBHOOK.url } }), 'url')
  await rejected(client.contacts.list({ listId: 'lst_1' }, { query: { list_id: 'lst_2' } }).page(1), 'listId')
  await rejected(client.contacts.list({}, { query: { per_page: 2 } }).page(1), 'perPage')
  await rejected(client.request('GET', '/contacts', { query: { a: 1 } }, { query: { a: 1 } }), 'a')
  assert.deepEqual(await server.requests(), [])
})
