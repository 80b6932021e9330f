// What Zexa posts to a webhook.
'use strict'

const { isUint8Array } = require('node:util/types')

const { described } = require('./arguments.js')
const { asking, at, siteOf } = require('./errors.js')
const { ValidationError } = require('./generated/errors.js')
const native = require('./native.js')
const { reviveWebhookEvent } = require('./generated/webhooks.js')

function parseEvent(body) {
  const site = siteOf(parseEvent)
  try {
    return reviveWebhookEvent(JSON.parse(asking(() => native.parseEvent(checked(body)))))
  } catch (error) {
    throw at(site, error)
  }
}

function checked(body) {
  if (typeof body === 'string' || isUint8Array(body)) return body
  const reason = `must be a string or a Uint8Array, the body as it came, not ${described(body)}`
  throw new ValidationError(`\`body\` ${reason}`, { outcome: 'not_sent', details: { field: 'body', reason } })
}

module.exports = { parseEvent }
