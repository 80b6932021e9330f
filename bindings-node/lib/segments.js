// Segments of an SMS, and the cost of a message. Computed locally.
'use strict'

const { encodeParams, encodeText } = require('./arguments.js')
const { callNative, captureSite, withSite } = require('./errors.js')
const { SEND_MESSAGE } = require('./generated/messages.js')
const { reviveSegments } = require('./generated/segments.js')
const native = require('./native.js')

function segments(text) {
  const site = captureSite(segments)
  try {
    return reviveSegments(JSON.parse(native.segments(encodeText(text))))
  } catch (error) {
    throw withSite(site, error)
  }
}

function estimate(message) {
  const site = captureSite(estimate)
  try {
    return callNative(() => native.estimate(encodeParams(SEND_MESSAGE, message, 'parameters of estimate'))) ?? undefined
  } catch (error) {
    throw withSite(site, error)
  }
}

module.exports = { estimate, segments }
