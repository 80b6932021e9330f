// The loggers of clients, to which the addon reports attempts and warnings.
'use strict'

const { inspect } = require('node:util')

/** Loggers by the numbers that the addon has for them. Their clients hold them: a logger may well know its client. */
const loggers = new Map()
let lastNumber = 0

/** The number of a logger, for one client. */
function register(logger) {
  lastNumber += 1
  loggers.set(lastNumber, new WeakRef(logger))
  return lastNumber
}

/** Its client is no more. */
function forget(number) {
  loggers.delete(number)
}

function tell(number, attempt) {
  write(number, attempt.kind === undefined ? 'debug' : 'info', attempt)
}

/** A logger without `warn` is not told of warnings. */
function tellWarning(number, warning) {
  write(number, 'warn', warning)
}

function write(number, level, { message, ...fields }) {
  const logger = loggers.get(number)?.deref()
  if (logger === undefined) return
  try {
    if (level === 'warn' && typeof logger.warn !== 'function') return
    const told = logger[level](message, fields)
    if (typeof told?.then === 'function') told.then(undefined, warn)
  } catch (thrown) {
    warn(thrown)
  }
}

/** That a logger fails is not the fault of the call, and nobody else can catch it. */
function warn(thrown) {
  const warning = new Error(`the logger of a Zexa client has failed: ${shown(thrown)}`, { cause: thrown })
  warning.name = 'ZexaWarning'
  process.emitWarning(warning)
}

/** Whatever it is: it may as well throw when it is looked at. */
function shown(thrown) {
  try {
    return typeof thrown?.message === 'string' ? thrown.message : inspect(thrown)
  } catch {
    return typeof thrown
  }
}

module.exports = { forget, register, tell, tellWarning }
