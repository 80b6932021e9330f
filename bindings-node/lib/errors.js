// The base class of all errors, and the stacks of errors. The class of each kind is in `generated/errors.js`.
'use strict'

const { getSystemErrorName } = require('node:util')

/** The class of each kind. */
const classes = new Map()

class ZexaError extends Error {
  constructor(message, fields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.kind = new.target.kind
    this.outcome = fields.outcome ?? 'unknown'
    this.safeToRetry = this.outcome === 'not_sent' || this.outcome === 'rejected'
    this.attempts = fields.attempts ?? 0
    for (const name of ['status', 'code', 'requestId', 'retryAfter']) {
      if (fields[name] !== undefined) this[name] = fields[name]
    }
    // Not enumerable, so that logs do not contain it: it may contain a phone number or a message text.
    defineHidden(this, 'details', fields.details)
    if (this.kind === 'cancelled') {
      defineHidden(this, 'name', nameOf(fields.cause) ?? 'AbortError')
      // The first line of the stack contains the name.
      Error.captureStackTrace(this, new.target)
    }
  }

  static fromJSON(json) {
    if (!isObject(json)) throw new TypeError('ZexaError.fromJSON() expects the object that toJSON() returned')
    const { kind, message, name, stack, cause, ...fields } = json
    const Class = classes.get(kind) ?? ZexaError
    const error = new Class(String(message), {
      ...fields,
      outcome: knownOutcome(fields.outcome),
      cause: causeFrom(cause),
    })
    if (typeof name === 'string' && name !== error.name) defineHidden(error, 'name', name)
    if (typeof stack === 'string') error.stack = stack
    else Error.captureStackTrace(error, ZexaError.fromJSON)
    return error
  }

  /** Leaves out `details` and the stack, because JSON is logged and sent to others. */
  toJSON() {
    const { name, message, kind, outcome, safeToRetry, attempts, status, code, requestId, retryAfter } = this
    const all = { name, message, kind, outcome, safeToRetry, attempts, status, code, requestId, retryAfter }
    for (const key of Object.keys(all)) if (all[key] === undefined) delete all[key]
    const cause = causeToJSON(this.cause)
    return cause === undefined ? all : { ...all, cause }
  }
}
define(ZexaError, 'ZexaError', 'other')

/** Defines a property that `inspect()` does not show. */
function defineHidden(error, name, value) {
  Object.defineProperty(error, name, { value, configurable: true, writable: true })
}

function isObject(value) {
  return typeof value === 'object' && value !== null
}

/** The name of an error. The value may be anything, such as the reason of an `AbortSignal`. */
function nameOf(value) {
  try {
    const { name, message } = isObject(value) ? value : {}
    return typeof name === 'string' && name !== '' && typeof message === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

const OUTCOMES = ['not_sent', 'rejected', 'unknown', 'accepted']

/** The outcome if this version knows it, else undefined. */
function knownOutcome(outcome) {
  return OUTCOMES.includes(outcome) ? outcome : undefined
}

/** A cause that is an error, as a plain object. */
function causeToJSON(cause) {
  const name = nameOf(cause)
  if (name === undefined) return undefined
  const { message, code } = cause
  return typeof code === 'string' ? { name, message, code } : { name, message }
}

function causeFrom(json) {
  if (!isObject(json)) return undefined
  const { name, message, code } = json
  const cause = new Error(String(message))
  if (typeof name === 'string') defineHidden(cause, 'name', name)
  if (typeof code === 'string') cause.code = code
  cause.stack = `${cause.name}: ${cause.message}`
  return cause
}

/** Sets the kind of a class, and its name, which a minifier may have changed. */
function define(Class, name, kind) {
  Class.kind = kind
  Object.defineProperty(Class, 'name', { value: name, configurable: true })
  Object.defineProperty(Class.prototype, 'name', { value: name, configurable: true, writable: true })
  classes.set(kind, Class)
}

/** The error that the addon reported, with the stack of `site`, where the call was made. */
function errorFromNative(record, site) {
  return withSite(site, createError(record))
}

function createError(record) {
  const fields = { ...record, cause: record.cause && createCause(record.cause) }
  return new (classes.get(record.kind) ?? ZexaError)(record.message, fields)
}

/** A cause has Node's code, such as `ECONNREFUSED`, and for a system error its number. */
function createCause({ message, code, errno }) {
  const cause = new Error(message)
  if (errno !== undefined) Object.assign(cause, { errno: -errno, code: code ?? getSystemErrorName(-errno) })
  else if (code !== undefined) cause.code = code
  // The frames of this function would mislead.
  cause.stack = `${cause.name}: ${message}`
  return cause
}

/** Replaces the stack of a `ZexaError` with that of `site`. Other errors stay as they are. */
function withSite(site, error) {
  if (!(error instanceof ZexaError)) return error
  // An assignment, because a definition would format the original stack first, which may call `Error.prepareStackTrace` of the program.
  error.stack = stackOf(site, error)
  return error
}

/** The stack of `site` with the header of the error. V8, or `Error.prepareStackTrace` of the program, formats it on first access. */
function stackOf(site, { name, message }) {
  const header = `${name}: ${message}`
  try {
    if (site.header === undefined) Object.assign(site, { header, name, message })
    const { stack } = site
    // A list may fail more than once, with other headers. V8 may be set to record no stacks.
    return typeof stack === 'string' ? stack.replace(site.header, () => header) : (stack ?? header)
  } catch {
    return header
  }
}

/** A recorded stack. It is an error to V8. */
class CallSite {}
Object.setPrototypeOf(CallSite.prototype, Error.prototype)

/**
 * Records the stack of the caller of `method`. This is cheap, because V8 formats it on first access only. Calls in flight reference the site, and
 * through it the logger, which receives their records even if the client was garbage-collected.
 */
function captureSite(method, logger) {
  const site = new CallSite()
  site.logger = logger
  Error.captureStackTrace(site, method)
  return site
}

/** Returns what `act` returns. The stacks of its errors are those of the caller of `method`. */
function calledFrom(method, act) {
  const site = captureSite(method)
  try {
    return act()
  } catch (error) {
    throw withSite(site, error)
  }
}

/** Calls a function of the addon. If that fails, it throws an error whose message is the JSON of a `ZexaError`. */
function callNative(callback) {
  try {
    return callback()
  } catch (error) {
    throw typeof error?.message === 'string' && error.message.startsWith('{')
      ? createError(JSON.parse(error.message))
      : error
  }
}

module.exports = { ZexaError, calledFrom, callNative, captureSite, define, errorFromNative, withSite }
