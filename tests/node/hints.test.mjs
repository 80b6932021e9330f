// What the errors about wrong names and values say is right.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CAMPAIGN, CONTACT, caught, SMS } from './examples.mjs'
import { Ledger, Zexa } from './zexa.mjs'

const client = new Zexa({ apiKey: 'k' })
const create = async (options) => new Zexa({ apiKey: 'k', ...options })
const send = (params) => client.messages.send({ ...SMS, ...params })
const campaign = (params) => client.campaigns.create({ ...CAMPAIGN, ...params })
const contact = (params) => client.contacts.create({ ...CONTACT, ...params })
const list = (params) => client.contacts.list(params).toArray()
const open = (options) => Ledger.open('june.db', options)
const array = (options) => client.contacts.list().toArray(options)

/** Calls, each with a wrong name and the hint about it. */
const HINTS = [
  [list, 'limit', 'is an option of toArray(). Or did you mean perPage?'],
  [list, 'per_page', 'is unknown; did you mean perPage?'],
  [list, 'pageSize', 'is unknown; did you mean perPage?'],
  [list, 'contactListId', 'is a parameter of campaigns.create. Or did you mean listId?'],
  [array, 'perPage', 'is a parameter of list(). Or did you mean limit?'],
  [array, 'max', 'is unknown; did you mean limit?'],
  [array, 'timeout', 'is an option of the call: pass it in the last argument of list().'],
  [array, 'signal', 'is an option of the call: pass it in the last argument of list().'],
  [send, 'senderId', 'is a parameter of campaigns.create. Or did you mean from?'],
  [send, 'sender', 'is unknown; did you mean from?'],
  [send, 'text', 'is unknown; did you mean body?'],
  [send, 'bodyy', 'is unknown; did you mean body?'],
  [send, 'form', 'is unknown; did you mean from?'],
  [send, 'colour', 'is unknown.'],
  [send, 'key', 'is unknown; did you mean idempotencyKey?'],
  [send, 'ledger', 'is an option of the client: pass it to new Zexa().'],
  [campaign, 'from', 'is a parameter of messages.send. Or did you mean senderId?'],
  [campaign, 'listId', 'is a parameter of contacts.list. Or did you mean contactListId?'],
  [campaign, 'lists', 'is a parameter of contacts.create. Or did you mean contactListId?'],
  [campaign, 'subject', 'is a parameter of messages.send.'],
  [contact, 'listId', 'is a parameter of contacts.list. Or did you mean lists?'],
  [contact, 'phoneNumber', 'is unknown; did you mean phone?'],
  [(params) => client.messages.wait('msg_1', params), 'status', 'is unknown; did you mean until?'],
  [create, 'headers', 'is an option of the call: pass it in the last argument. Or did you mean defaultHeaders?'],
  [create, 'retries', 'is unknown; did you mean maxRetries?'],
  [create, 'key', 'is unknown; did you mean apiKey?'],
  [create, 'ledgerPath', 'is unknown; did you mean ledger?'],
  [create, 'idempotencyKey', 'is a parameter of messages.send.'],
  [create, 'create', 'is an option of Ledger.open().'],
  [open, 'creat', 'is unknown; did you mean create?'],
  [open, 'ledger', 'is an option of the client: pass it to new Zexa().'],
  [(options) => client.credits.get(options), 'retries', 'is unknown; did you mean maxRetries?'],
  [
    (options) => client.credits.get(options),
    'defaultHeaders',
    'is an option of the client: pass it to new Zexa(). Or did you mean headers?',
  ],
]
describe('the error about a wrong name says what is right', () => {
  for (const [call, name, hint] of HINTS) {
    test(`\`${name}\` ${hint}`, async () => {
      const { message } = await caught(call({ [name]: 'x' }))
      assert.ok(message.startsWith(`\`${name}\` ${hint} The `), message)
    })
  }
})

test('a hint names a parameter that exists', async () => {
  const named = HINTS.filter(([, , hint]) => hint.startsWith('is a parameter of '))
  assert.ok(named.length > 5)
  for (const [, name, hint] of named) {
    const [, path] = hint.match(/is a parameter of ([\w.]+)/)
    const [resource, method] = path === 'list' ? ['contacts', 'list'] : path.split('.')
    const error = await caught(client[resource][method]({ [name]: {} }).then())
    assert.doesNotMatch(error.message, /unknown|is a parameter|is an option/, `${name} of ${path}`)
  }
})

/** Calls, each with an invalid value and the whole message. */
const VALUES = [
  [() => create({ timeout: -1 }), '`timeout` must be more than zero, got -1'],
  [() => create({ deadline: -0.5 }), '`deadline` must be more than zero, got -0.5'],
  [() => create({ connectTimeout: Number.NaN }), '`connectTimeout` must be a number of milliseconds, not NaN'],
  [() => create({ maxRetryWait: -1 }), '`maxRetryWait` must be 0 or more, got -1'],
  [() => create({ maxRetries: -1 }), '`maxRetries` must be 0 or more, got -1'],
  [() => create({ maxConnections: -1 }), '`maxConnections` must be 1 or more, got -1'],
  [() => client.contacts.list().page(-1), '`page` must be 1 or more, got -1'],
  [() => client.contacts.list().page(0), '`page` must be 1 or more, got 0'],
  [() => client.contacts.list().page(1.5), '`page` must be an integer, got 1.5'],
  [() => client.contacts.list().page(2 ** 32), '`page` must be 4294967295 or less, got 4294967296'],
  [() => list({ perPage: -1 }), '`perPage` must be 1 or more, got -1'],
  [() => array({ limit: -1 }), '`limit` must be 0 or more, got -1'],
  [() => create({ defaultHeaders: { 'X-A': 5 } }), "`defaultHeaders['X-A']` must be a string, not a number"],
  [() => client.credits.get({ headers: { Shop: 5 } }), '`headers.Shop` must be a string, not a number'],
  [
    () => client.credits.get({ query: { 'a b': {} } }),
    "`query['a b']` must be a string, a number or a boolean, not an object",
  ],
  [() => contact({ lists: ['lst_1', 5] }), '`lists[1]` must be a string, not a number'],
]
describe('the error about a wrong value says what is valid', () => {
  for (const [call, message] of VALUES) {
    test(message, async () => assert.equal((await caught(call())).message, message))
  }
})

test('the error about a timeout of 0 says the same as that about a negative one', async () => {
  const { message } = await caught(create({ timeout: 0 }))
  assert.ok(message.startsWith('`timeout` must be more than zero'), message)
})
