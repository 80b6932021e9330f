// Events that Zexa posts to webhooks.
'use strict'

const { isUint8Array } = require('node:util/types')

const { typeName } = require('./arguments.js')
const { calledFrom, callNative } = require('./errors.js')
const { ValidationError } = require('./generated/errors.js')
const native = require('./native.js')
const { reviveWebhookEvent } = require('./generated/webhooks.js')

function parseEvent(body) {
  const parsed = () => callNative(() => native.parseEvent(checked(body)))
  return calledFrom(parseEvent, () => reviveWebhookEvent(JSON.parse(parsed())))
}

function checked(body) {
  if (typeof body === 'string' || isUint8Array(body)) return body
  const reason = `must be a string or a Uint8Array, the unparsed body of the request, not ${typeName(body)}`
  throw new ValidationError(`\`body\` ${reason}`, { outcome: 'not_sent', details: { field: 'body', reason } })
}

module.exports = { parseEvent }
