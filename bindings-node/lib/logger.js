// The loggers of clients, to which the addon tells of attempts.
'use strict'

/** Loggers by the numbers that the addon has for them. */
const loggers = new Map()
let lastNumber = 0

/** The number of a logger, for one client. */
function register(logger) {
  lastNumber += 1
  loggers.set(lastNumber, logger)
  return lastNumber
}

/** An attempt, or `null` when the client is no more. */
function tell(number, attempt) {
  if (attempt === null) {
    loggers.delete(number)
    return
  }
  const { message, ...fields } = attempt
  try {
    loggers.get(number)[fields.kind === undefined ? 'debug' : 'info'](message, fields)
  } catch (error) {
    // It is not the call's fault, and nobody else can catch it.
    process.emitWarning(error)
  }
}

module.exports = { tell, register }
