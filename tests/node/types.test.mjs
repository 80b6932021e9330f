// The types and the package agree, and everything in the types is documented.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import * as namespace from 'zexa'

const require = createRequire(import.meta.url)
const folder = join(dirname(require.resolve('zexa/package.json')), 'lib')
const types = readFileSync(join(folder, 'index.d.ts'), 'utf8')
const zexa = { ...namespace }
const client = new zexa.Zexa({ apiKey: 'zx_live_0' })

/** The members of an interface, a class or an enum object: the lines that are indented by two spaces. */
function membersOf(declaration) {
  const [, body] = types.match(new RegExp(`^export (?:declare )?${declaration}[^\n]*\\{\n(.*?)^\\}`, 'ms'))
  const members = [...body.matchAll(/^ {2}(?:readonly |static )?(\w+)(?=[?(:<])/gm)].map(([, name]) => name)
  return members.filter((name) => name !== 'constructor').sort()
}

function methodsOf(object) {
  return Object.getOwnPropertyNames(object)
    .filter((name) => name !== 'constructor')
    .sort()
}

/** The valid names that the error about an unknown name lists. */
async function listed(call) {
  try {
    await call()
  } catch ({ message }) {
    return message.split(' are ')[1].split(', ').sort()
  }
  return assert.fail('the name was accepted')
}

test('declarations are exported, by import and by require', () => {
  const declared = [...types.matchAll(/^export declare (?:class|const|function) (\w+)/gm)]
    .map(([, name]) => name)
    .sort()
  assert.ok(declared.includes('Zexa'))
  assert.match(types, /^export { Zexa as default }$/m)
  const all = [...declared, 'default'].sort()
  assert.deepEqual(Object.keys(zexa).sort(), all)
  assert.deepEqual(Object.keys(require('zexa')).sort(), all)
})

test('import and require return the same objects', () => {
  const required = require('zexa')
  for (const [name, value] of Object.entries(zexa)) assert.equal(required[name], value)
})

test('a ledger has the members that its class declares', () => {
  const members = [...methodsOf(zexa.Ledger.prototype), 'open'].sort()
  assert.equal(typeof zexa.Ledger.open, 'function')
  assert.deepEqual(members, membersOf('class Ledger'))
})

test('a client has the members that its class declares', () => {
  const members = [...Object.keys(client), ...methodsOf(zexa.Zexa.prototype)].sort()
  assert.deepEqual(members, membersOf('class Zexa'))
})

describe('a resource has the operations of its interface', () => {
  for (const name of Object.keys(client)) {
    test(name, () => {
      const [, type] = types.match(new RegExp(`^ {2}readonly ${name}: (\\w+)$`, 'm'))
      assert.deepEqual(methodsOf(Object.getPrototypeOf(client[name])), membersOf(`interface ${type} `))
    })
  }
})

describe('an enum object has the names that are declared', () => {
  for (const name of ['Channel', 'MessageStatus', 'CampaignStatus', 'SenderIdStatus', 'EventName']) {
    test(name, () => assert.deepEqual(Object.getOwnPropertyNames(zexa[name]).sort(), membersOf(`const ${name}:`)))
  }
})

// Calls with an unknown name, by the type of that argument.
const CALLS = {
  ClientOptions: () => new zexa.Zexa({ nope: 1 }),
  CallOptions: () => client.credits.get({ nope: 1 }),
  BulkOptions: () => client.messages.sendMany([], { nope: 1 }),
  SendMessageParams: () => client.messages.send({ nope: 1 }),
  CreateCampaignParams: () => client.campaigns.create({ nope: 1 }),
  ListCampaignsParams: () => client.campaigns.list({ nope: 1 }),
  CreateContactParams: () => client.contacts.create({ nope: 1 }),
  ListContactsParams: () => client.contacts.list({ nope: 1 }),
  CreateWebhookParams: () => client.webhooks.create({ nope: 1 }),
  ListSenderIdsParams: () => client.senderIds.list({ nope: 1 }),
}
describe('accepted names are declared', () => {
  for (const [type, call] of Object.entries(CALLS)) {
    test(type, async () => assert.deepEqual(await listed(call), membersOf(`interface ${type} `)))
  }

  test('every type of parameters and options', () => {
    const declared = [...types.matchAll(/^export interface (\w+(?:Params|Options)) /gm)].map(([, name]) => name)
    assert.deepEqual(declared.sort(), Object.keys(CALLS).sort())
  })
})

test('each export and each member is documented', () => {
  const lines = types.split('\n')
  const undocumented = lines.filter((line, index) => {
    const declares = /^export \w|^ {2}(?:readonly |static )?(?:\w+|\[[\w.]+\])[?(:<]/.test(line)
    return declares && !lines[index - 1].endsWith('*/')
  })
  assert.deepEqual(undocumented, [])
})
