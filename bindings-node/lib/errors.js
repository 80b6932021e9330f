// What all errors of this package have in common: a class for each kind is in `generated/errors.js`.
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
    // Not enumerable, as they may contain a number or a text, and errors are logged.
    hide(this, 'details', fields.details)
    if (this.kind === 'cancelled') {
      hide(this, 'name', nameOf(fields.cause) ?? 'AbortError')
      // Its first line has the name.
      Error.captureStackTrace(this, new.target)
    }
  }

  static fromJSON(json) {
    if (!isObject(json)) throw new TypeError('ZexaError.fromJSON() takes the object that toJSON() has returned')
    const { kind, message, name, stack, cause, ...fields } = json
    const Class = classes.get(kind) ?? ZexaError
    const error = new Class(String(message), { ...fields, outcome: known(fields.outcome), cause: causeFrom(cause) })
    if (typeof name === 'string' && name !== error.name) hide(error, 'name', name)
    if (typeof stack === 'string') error.stack = stack
    else Error.captureStackTrace(error, ZexaError.fromJSON)
    return error
  }

  /** Without `details` and stack: JSON is logged, and sent to others. */
  toJSON() {
    const { name, message, kind, outcome, safeToRetry, attempts, status, code, requestId, retryAfter } = this
    const all = { name, message, kind, outcome, safeToRetry, attempts, status, code, requestId, retryAfter }
    for (const key of Object.keys(all)) if (all[key] === undefined) delete all[key]
    const cause = causeToJSON(this.cause)
    return cause === undefined ? all : { ...all, cause }
  }
}
define(ZexaError, 'ZexaError', 'other')

/** What an error has beside its message, and `inspect()` is not to show. */
function hide(error, name, value) {
  Object.defineProperty(error, name, { value, configurable: true, writable: true })
}

function isObject(value) {
  return typeof value === 'object' && value !== null
}

/** The name of an error, such as that of an `AbortSignal`'s reason, which may be anything. */
function nameOf(reason) {
  try {
    const { name, message } = isObject(reason) ? reason : {}
    return typeof name === 'string' && name !== '' && typeof message === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

const OUTCOMES = ['not_sent', 'rejected', 'unknown', 'accepted']

/** An outcome, or undefined. A later version may know others. */
function known(outcome) {
  return OUTCOMES.includes(outcome) ? outcome : undefined
}

/** What is said of a cause that is an error. */
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
  if (typeof name === 'string') hide(cause, 'name', name)
  if (typeof code === 'string') cause.code = code
  cause.stack = `${cause.name}: ${cause.message}`
  return cause
}

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

/** A cause has the code that Node has for it, such as `ECONNREFUSED`, and if it is the system's, the number. */
function causeOf({ message, code, errno }) {
  const cause = new Error(message)
  if (errno !== undefined) Object.assign(cause, { errno: -errno, code: code ?? getSystemErrorName(-errno) })
  else if (code !== undefined) cause.code = code
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

module.exports = { ZexaError, asking, at, define, errorOf, siteOf }
