// Segments of an SMS, and the cost of a message. Computed locally.
'use strict'

const { encodeParams, encodeRequired, string } = require('./arguments.js')
const { calledFrom, callNative } = require('./errors.js')
const { SEND_MESSAGE } = require('./generated/messages.js')
const { reviveSegments } = require('./generated/segments.js')
const native = require('./native.js')

function segments(text) {
  return calledFrom(segments, () => reviveSegments(JSON.parse(native.segments(encodeRequired(string, 'text', text)))))
}

function estimate(message) {
  const encoded = () => encodeParams(SEND_MESSAGE, message, 'parameters of estimate')
  return calledFrom(estimate, () => callNative(() => native.estimate(encoded()))) ?? undefined
}

module.exports = { estimate, segments }
