// The loggers of clients, to which the addon tells of attempts.
'use strict'

const { inspect } = require('node:util')
const { isNativeError } = require('node:util/types')

/** Loggers by the numbers that the addon has for them. Their clients hold them: a logger may well know its client. */
const loggers = new Map()
let lastNumber = 0

/** The number of a logger, for one client. */
function register(logger) {
  lastNumber += 1
  loggers.set(lastNumber, new WeakRef(logger))
  return lastNumber
}

/** An attempt, or `null` when the client is no more. */
function tell(number, attempt) {
  if (attempt === null) {
    loggers.delete(number)
    return
  }
  const logger = loggers.get(number)?.deref()
  if (logger === undefined) return
  const { message, ...fields } = attempt
  try {
    const told = logger[fields.kind === undefined ? 'debug' : 'info'](message, fields)
    if (typeof told?.then === 'function') told.then(undefined, warn)
  } catch (thrown) {
    warn(thrown)
  }
}

/** That a logger fails is not the fault of the call, and nobody else can catch it. */
function warn(thrown) {
  const reason = isNativeError(thrown) ? thrown.message : inspect(thrown)
  const warning = new Error(`the logger of a Zexa client has failed: ${reason}`, { cause: thrown })
  warning.name = 'ZexaWarning'
  process.emitWarning(warning)
}

module.exports = { register, tell }
