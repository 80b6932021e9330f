// The enum objects: channels, statuses and events.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import * as namespace from './zexa.mjs'

const { default: zexa, ...offered } = namespace

const KNOWN = {
  Channel: ['sms', 'whatsapp', 'telegram', 'email', 'slack'],
  MessageStatus: ['queued', 'sent', 'delivered', 'failed', 'undeliverable'],
  CampaignStatus: ['scheduled', 'sending', 'sent', 'completed', 'paused', 'failed', 'cancelled'],
  SenderIdStatus: ['pending', 'approved', 'rejected'],
  SmsEncoding: ['gsm7', 'ucs2'],
  EventName: [
    ...['message.delivered', 'message.failed', 'message.undeliverable', 'message.optout'],
    ...['campaign.sent', 'campaign.completed', '*'],
  ],
}

for (const [name, values] of Object.entries(KNOWN)) {
  test(`${name} contains the known values`, () => {
    const names = zexa[name]
    assert.deepEqual(Object.values(names), values)
    for (const [key, value] of Object.entries(names)) {
      const words = value === '*' ? ['all'] : value.split(/[._]/)
      assert.equal(key, words.map((word) => word[0].toUpperCase() + word.slice(1)).join(''))
    }
    assert.ok(Object.isFrozen(names))
    assert.throws(() => {
      names.Novel = 'novel'
    }, TypeError)
  })
}

test('isFinal() of statuses', () => {
  const { MessageStatus, CampaignStatus } = zexa
  const final = (names) => Object.values(names).filter((value) => names.isFinal(value))
  assert.deepEqual(final(MessageStatus), ['delivered', 'failed', 'undeliverable'])
  assert.deepEqual(final(CampaignStatus), ['completed', 'failed', 'cancelled'])
  for (const unknown of ['read', '', 'Delivered', ' delivered', 'constructor', undefined, null, 5, {}]) {
    assert.equal(MessageStatus.isFinal(unknown), false, String(unknown))
    assert.equal(CampaignStatus.isFinal(unknown), false, String(unknown))
  }
  assert.deepEqual(['sent', 'failed', 'read'].filter(MessageStatus.isFinal), ['failed'])
})

test('the exports of the package', () => {
  const classes = Object.keys(offered).filter((name) => name.endsWith('Error'))
  assert.equal(classes.length, 21)
  const others = Object.keys(offered).filter((name) => !name.endsWith('Error'))
  assert.deepEqual(
    others.sort(),
    [...Object.keys(KNOWN), 'Ledger', 'Zexa', 'estimate', 'parseEvent', 'segments'].sort(),
  )
})

test('both module systems export the same', () => {
  const required = createRequire(import.meta.url)('zexa')
  assert.deepEqual(Object.keys(required).sort(), [...Object.keys(offered), 'default'].sort())
  assert.equal(required.default, offered.Zexa)
  assert.equal(required.__esModule, true)
  for (const [name, value] of Object.entries(offered)) assert.equal(required[name], value, name)
})
