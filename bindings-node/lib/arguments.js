// Reads the arguments of a caller: objects of known members, each with a type. The core checks the values.
'use strict'

const { fileURLToPath } = require('node:url')
const { inspect } = require('node:util')
const { isAnyArrayBuffer, isBoxedPrimitive, isDate } = require('node:util/types')

const { ValidationError } = require('./generated/errors.js')
const { hintFor } = require('./misplaced.js')

/** Creates entries of a table of members: how a member is read, and its name in the JSON for the addon. */
const member = (read) => (key) => ({ key, read })

const LONE_SURROGATE = 'must not contain a lone surrogate, which is half of a character'

function readString(fail, value) {
  if (typeof value !== 'string') fail(`must be a string, not ${typeName(value)}`)
  if (!value.isWellFormed()) fail(LONE_SURROGATE)
  return value
}

/** Reads paths: strings, and file: URLs as `node:fs` accepts them. */
function readPath(fail, value) {
  if (typeof value === 'string') return readString(fail, value)
  if (!isObject(value) || typeof value.href !== 'string')
    fail(`must be a string or a file: URL, not ${typeName(value)}`)
  let path
  try {
    path = fileURLToPath(value)
  } catch (error) {
    fail(`must be a path or a file: URL, got another URL: ${error.message}`, error)
  }
  return readString(fail, path)
}

/** Reads locations of ledgers: paths, and URLs of databases. */
function readLocation(fail, value) {
  const isDatabase = isObject(value) && /^postgres(ql)?:$/.test(value.protocol)
  return readPath(fail, isDatabase ? value.href : value)
}

function readBoolean(fail, value) {
  if (typeof value !== 'boolean') fail(`must be true or false, not ${typeName(value)}`)
  return value
}

/** Reads integers. `least` is the smallest valid one; the core rejects a 0 that is not valid, in the same words. */
const integerReader = (least) => (fail, value) => {
  if (typeof value !== 'number') fail(`must be a number, not ${typeName(value)}`)
  if (value < 0) fail(`must be ${least} or more, got ${value}`)
  if (!Number.isInteger(value)) fail(`must be an integer, got ${value}`)
  if (value > 0xffffffff) fail(`must be 4294967295 or less, got ${value}`)
  return value
}

/** Reads durations. `valid` says which are valid; the core rejects a 0 that is not valid, in the same words. */
const millisecondsReader = (valid) => (fail, value) => {
  if (typeof value !== 'number' || Number.isNaN(value)) fail(`must be a number of milliseconds, not ${typeName(value)}`)
  if (value < 0) fail(`must be ${valid}, got ${value}`)
  // JSON cannot express Infinity.
  return Math.min(value, Number.MAX_VALUE)
}

function readRate(fail, value) {
  if (typeof value !== 'number') fail(`must be a number of rows per second, not ${typeName(value)}`)
  // The core says the same; JSON cannot express these numbers.
  if (!Number.isFinite(value)) fail(`must be more than zero, got ${value}`)
  return value
}

function readDateTime(fail, value) {
  if (typeof value === 'string') return readString(fail, value)
  if (!isDate(value)) fail(`must be a Date or a string, not ${typeName(value)}`)
  if (isInvalidDate(value)) fail('is an invalid Date')
  return value.toISOString()
}

function readStrings(fail, value) {
  if (!Array.isArray(value)) fail(`must be an array of strings, not ${typeName(value)}`)
  return value.map((item, index) => readString(failAt(fail, `[${index}]`), item))
}

function readObject(fail, value) {
  if (!isObject(value) || Array.isArray(value)) fail(`must be an object, not ${typeName(value)}`)
  // Converted once: a `toJSON()` may return something else the next time.
  const json = JSON.parse(readJson(fail, value))
  return isObject(json) && !Array.isArray(json) ? json : fail(`must be an object, but its JSON is ${typeName(json)}`)
}

/** Any value that JSON can express, as JSON text. */
function readJson(fail, value) {
  const check = new JsonCheck()
  let json
  try {
    json = JSON.stringify(value, check.replacer)
  } catch (error) {
    if (!check.problem) fail(`cannot be converted to JSON: ${error.message}`, error)
  }
  if (check.problem) failAt(fail, check.path)(check.problem)
  if (json === undefined) fail(`cannot be converted to JSON: it is ${typeName(value)}`)
  // `JSON.stringify()` escapes lone surrogates only; a backslash of the text itself is escaped, too.
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json)) fail(LONE_SURROGATE)
  return json
}

/** Finds values that `JSON.stringify()` silently changes: NaN to null, a `Map` to an empty object, a `Buffer` to its numbers. */
class JsonCheck {
  problem
  /** Where the problem is. */
  path
  /** Paths of the visited objects. */
  #paths = new WeakMap()

  /** The replacer of `JSON.stringify()`: `this` is the object that contains the member, and `member` is the result of its `toJSON()`. */
  get replacer() {
    const check = this
    return function (key, member) {
      check.#visit(this, key, member)
      return member
    }
  }

  #visit(holder, key, member) {
    const parent = this.#paths.get(holder)
    const path = parent === undefined ? '' : parent + pathOf(key, holder)
    // Reads the property without calling a getter again.
    const own = Object.getOwnPropertyDescriptor(holder, key)?.value
    const isMisleading = isBytes(own) || isInvalidDate(own)
    if (isMisleading || isInexpressible(member)) {
      const culprit = isMisleading ? own : member
      this.path = path
      this.problem = `must be a value that JSON can express, not ${typeName(culprit)}`
      // Stops `JSON.stringify()`. Callers see `problem` instead.
      throw new TypeError(this.problem)
    }
    if (isObject(member)) this.#paths.set(member, path)
  }
}

/** A member as JavaScript writes it after the object that contains it: `[0]`, `.name` or `['X-Shop']`. */
function pathOf(key, holder) {
  if (Array.isArray(holder)) return `[${key}]`
  return /^[\p{L}_$][\p{L}\d_$]*$/u.test(key) ? `.${key}` : `[${inspect(key)}]`
}

/** Reports errors about a part of an argument, such as `[0]` or `['X-Shop']`. */
function failAt(fail, path) {
  return (reason) => fail(reason, undefined, path)
}

/** Whether JSON has no form for a value. `undefined` and functions are left out by `JSON.stringify()`, as usual. */
function isInexpressible(value) {
  switch (typeof value) {
    case 'number':
      return !Number.isFinite(value)
    case 'bigint':
      return true
    case 'object':
      return isBytes(value) || (isOpaque(value) && !isBoxedPrimitive(value))
    default:
      return false
  }
}

function isInvalidDate(value) {
  return isDate(value) && Number.isNaN(value.getTime())
}

function isBytes(value) {
  return ArrayBuffer.isView(value) || isAnyArrayBuffer(value)
}

function readHeaders(fail, value) {
  const headers = readPairs(fail, value).filter(isPresent)
  return headers.map(([name, text]) => [readString(fail, name), readString(failAt(fail, pathOf(name)), text)])
}

/** Query parameters as pairs: one pair for each element of an array. */
function readQuery(fail, value) {
  const pairs = readPairs(fail, value).flatMap(([name, values]) => [values].flat().map((single) => [name, single]))
  return pairs.filter(isPresent).map(([name, single]) => {
    if (typeof single !== 'string' && typeof single !== 'boolean' && !Number.isFinite(single)) {
      failAt(fail, pathOf(name))(`must be a string, a number or a boolean, not ${typeName(single)}`)
    }
    return [readString(fail, name), readString(failAt(fail, pathOf(name)), String(single))]
  })
}

function isPresent([, value]) {
  return value !== undefined && value !== null
}

/** The members of an object, or the pairs of an iterable such as `Headers` or `URLSearchParams`. */
function readPairs(fail, value) {
  if (!isObject(value)) fail(`must be an object, not ${typeName(value)}`)
  if (!(Symbol.iterator in value) && !isOpaque(value)) return Object.entries(value)
  if (!(Symbol.iterator in value)) fail(`must be an object of names and values, not ${typeName(value)}`)
  const pairs = [...value]
  for (const pair of pairs)
    if (!Array.isArray(pair) || pair.length !== 2) fail('must be an object, or pairs of a name and a value')
  return pairs
}

const string = member(readString)
const integer = member(integerReader(0))
const positiveInteger = member(integerReader(1))
const dateTime = member(readDateTime)
const strings = member(readStrings)
const object = member(readObject)
const json = member(readJson)
const query = member(readQuery)

/** Entries of a table of options, by the kinds of options in the core. Durations are in milliseconds. */
const option = {
  text: string,
  secret: string,
  path: member(readPath),
  location: member(readLocation),
  duration: member(millisecondsReader('more than zero')),
  wait: member(millisecondsReader('0 or more')),
  count: integer,
  limit: positiveInteger,
  rate: member(readRate),
  time: dateTime,
  flag: member(readBoolean),
  headers: member(readHeaders),
  query,
  object,
}

const ID = { id: string('id') }
const WAIT = { until: string('until') }

/** The parameters of a call, as JSON. */
function encodeParams(members, input, of) {
  return JSON.stringify(encode(members, input, of) ?? {})
}

/** An id, which is an argument of its own. */
function encodeId(id) {
  return encode(ID, { id }, 'arguments').id ?? ''
}

/** An argument of its own, which must not be absent. `type` creates entries of a table of members. */
function encodeRequired(type, field, value, ErrorClass = ValidationError) {
  const fail = (reason, cause, path) => {
    throw argumentError(ErrorClass, field, reason, cause, path)
  }
  return type(field).read(fail, value)
}

/** The status that a call waits for. */
function encodeUntil(input, of) {
  return encode(WAIT, input, of)?.until ?? ''
}

/** Revives the result of a call that returns nothing. */
function ignoreResult() {}

/**
 * The members of `input`, by their names in the JSON for the addon. `of` names the table in errors, such as `options of a call`. Returns undefined if
 * the input is absent.
 */
function encode(members, input, of, ErrorClass = ValidationError) {
  if (input === undefined || input === null) return undefined
  if (!isObject(input) || Array.isArray(input) || isOpaque(input)) {
    const type = typeName(input)
    const example = type === 'an instance of AbortSignal' ? ', such as { signal }' : ''
    const reason = `must be an object of names and values${example}, not ${type}`
    throw new ErrorClass(`the ${of} ${reason}`, { outcome: 'not_sent', details: { field: of.split(' ')[0], reason } })
  }
  const encoded = {}
  for (const name of Object.keys(input)) {
    const value = input[name]
    if (value === undefined || value === null) continue
    if (!Object.hasOwn(members, name)) {
      const known = Object.keys(members).join(', ')
      throw argumentError(ErrorClass, name, `${hintFor(name, members, of)} The ${of} are ${known}`)
    }
    const member = members[name]
    const fail = (reason, cause, path) => {
      throw argumentError(ErrorClass, name, reason, cause, path)
    }
    encoded[member.key] = member.read(fail, value)
  }
  return encoded
}

/** The error about an invalid argument, before anything is sent. `path` is the invalid part of the argument, such as `['X-Shop']`. */
function argumentError(ErrorClass, field, reason, cause, path = '') {
  const details = { field, reason: path === '' ? reason : `${path} ${reason}` }
  return new ErrorClass(`\`${field}${path}\` ${reason}`, { outcome: 'not_sent', details, cause })
}

function isObject(value) {
  return typeof value === 'object' && value !== null
}

/** Whether a value is an instance of a class without own properties, such as a `Map` or an `AbortSignal`. */
function isOpaque(value) {
  if (!isObject(value) || typeof value.toJSON === 'function' || Object.keys(value).length > 0) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype !== null && Object.getPrototypeOf(prototype) !== null && !Array.isArray(value)
}

/** Describes a value by its type only, because the value may be secret. */
function typeName(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  const type = typeof value
  if (type === 'number' && !Number.isFinite(value)) return String(value)
  if (isInvalidDate(value)) return 'an invalid Date'
  if (type === 'undefined') return type
  const className =
    type === 'object' && (isOpaque(value) || isBytes(value))
      ? Object.getPrototypeOf(value).constructor?.name
      : undefined
  return className ? `an instance of ${className}` : `${type === 'object' ? 'an' : 'a'} ${type}`
}

module.exports = {
  dateTime,
  encode,
  encodeId,
  encodeParams,
  encodeRequired,
  encodeUntil,
  ignoreResult,
  integer,
  isObject,
  json,
  object,
  option,
  positiveInteger,
  query,
  string,
  strings,
  typeName,
}
