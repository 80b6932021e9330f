// What all errors of this package have in common: a class for each kind is in `generated/errors.js`.
'use strict'

const { getSystemErrorName } = require('node:util')

/** The class of each kind. */
const classes = new Map()

/** The errors behind promises that an abort has rejected with the signal's own reason. */
const behind = new WeakMap()

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
    // Not shown where the error is: they may hold a number or a text, and errors are logged.
    Object.defineProperty(this, 'details', { value: fields.details, configurable: true, writable: true })
  }

  static behind(promise) {
    return behind.get(promise)
  }
}
define(ZexaError, 'ZexaError', 'other')

/** Gives a class its kind, and a name that stays when a bundler gives the class another. */
function define(Class, name, kind) {
  Class.kind = kind
  Object.defineProperty(Class, 'name', { value: name, configurable: true })
  Object.defineProperty(Class.prototype, 'name', { value: name, configurable: true, writable: true })
  classes.set(kind, Class)
}

/** The error that the addon tells of, as if made at `site`, where the call was made. */
function errorOf(told, site) {
  return at(site, made(told))
}

function made(told) {
  const fields = { ...told, cause: told.cause && causeOf(told.cause) }
  return new (classes.get(told.kind) ?? ZexaError)(told.message, fields)
}

/** The system's own errors have a code, as Node's have. */
function causeOf({ message, errno }) {
  const cause = new Error(message)
  if (errno !== undefined) Object.assign(cause, { errno: -errno, code: getSystemErrorName(-errno) })
  // Where it was made says nothing.
  cause.stack = `${cause.name}: ${message}`
  return cause
}

/** The error, as if made at `site`. One that is not ours stays as it is. */
function at(site, error) {
  if (!(error instanceof ZexaError)) return error
  // To define it would have the stack written that it has by itself, by a function of the program's where it has one.
  error.stack = stackOf(site, error)
  return error
}

/** The stack is written when it is first asked for, by V8 or as the program has it, of what `site` says of itself by then. */
function stackOf(site, { name, message }) {
  const header = `${name}: ${message}`
  try {
    if (site.header === undefined) Object.assign(site, { header, name, message })
    const { stack } = site
    // A list may fail more than once. Where V8 keeps no stacks, there is none.
    return typeof stack === 'string' ? stack.replace(site.header, () => header) : (stack ?? header)
  } catch {
    return header
  }
}

/** Has a stack, as an error has. */
class Site {}
Object.setPrototypeOf(Site.prototype, Error.prototype)

/**
 * Where the caller of `method` stands. It costs little: what is kept becomes text only when it is asked for. Whatever is under way holds it, and by it
 * the logger, which may be told of a call whose client nobody has any more.
 */
function siteOf(method, logger) {
  const site = new Site()
  site.logger = logger
  Error.captureStackTrace(site, method)
  return site
}

/** What a function of the addon gives. Where it refuses, it throws what it tells of as the message. */
function asking(ask) {
  try {
    return ask()
  } catch (error) {
    throw typeof error?.message === 'string' && error.message.startsWith('{') ? made(JSON.parse(error.message)) : error
  }
}

module.exports = { ZexaError, asking, at, behind, define, errorOf, siteOf }
