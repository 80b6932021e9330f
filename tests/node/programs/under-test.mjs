// A test file that leaves an idle client and partly read lists behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newClient, send } from './support.mjs'

const client = newClient()

test('a message', async () => {
  assert.equal((await send(client, 'of a test')).body, 'of a test')
})

test('a list', async () => {
  assert.ok((await client.contacts.list({ perPage: 5 })[Symbol.asyncIterator]().next()).value)
})
