// The loggers of clients, to which the addon reports attempts and warnings.
'use strict'

const { inspect } = require('node:util')

/** Loggers, by the numbers that the addon knows. The references are weak, because a logger may reference its client, which keeps the logger alive. */
const loggers = new Map()
let lastNumber = 0

/** Registers the logger of one client, and returns its number. */
function register(logger) {
  lastNumber += 1
  loggers.set(lastNumber, new WeakRef(logger))
  return lastNumber
}

/** Called when the client of a logger was freed. */
function unregister(number) {
  loggers.delete(number)
}

function reportAttempt(number, attempt) {
  write(number, attempt.kind === undefined ? 'debug' : 'info', attempt)
}

function reportWarning(number, warning) {
  write(number, 'warn', warning)
}

function write(number, level, { message, ...fields }) {
  const logger = loggers.get(number)?.deref()
  if (logger === undefined) return
  try {
    if (level === 'warn' && typeof logger.warn !== 'function') return
    const result = logger[level](message, fields)
    if (typeof result?.then === 'function') result.then(undefined, emitWarning)
  } catch (thrown) {
    emitWarning(thrown)
  }
}

/** Emits a process warning: an exception of a logger must not fail the call, and no caller could catch it. */
function emitWarning(thrown) {
  const warning = new Error(`the logger of a Zexa client failed: ${shown(thrown)}`, { cause: thrown })
  warning.name = 'ZexaWarning'
  process.emitWarning(warning)
}

/** A text for any thrown value, whose properties may throw as well. */
function shown(thrown) {
  try {
    return typeof thrown?.message === 'string' ? thrown.message : inspect(thrown)
  } catch {
    return typeof thrown
  }
}

module.exports = { register, reportAttempt, reportWarning, unregister }
