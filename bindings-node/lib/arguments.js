// Reads what a caller gives: objects of known members, each of its type. What the values have to be like beside that, the core knows.
'use strict'

const { isAnyArrayBuffer, isBoxedPrimitive, isDate } = require('node:util/types')

const { ValidationError } = require('./generated/errors.js')

/** How a member is read, and what it is called where it goes. */
const member = (read) => (key) => ({ key, read })

function readText(refuse, value) {
  if (typeof value !== 'string') refuse(`must be a string, not ${described(value)}`)
  if (!value.isWellFormed()) refuse('holds half of a character: a surrogate without the other')
  return value
}

function readFlag(refuse, value) {
  if (typeof value !== 'boolean') refuse(`must be true or false, not ${described(value)}`)
  return value
}

function readWhole(refuse, value) {
  if (typeof value !== 'number') refuse(`must be a number, not ${described(value)}`)
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) refuse('must be a whole number from 0 to 4294967295')
  return value
}

function readMilliseconds(refuse, value) {
  if (typeof value !== 'number') refuse(`must be a number of milliseconds, not ${described(value)}`)
  if (!(value >= 0)) refuse('must be a number of milliseconds, and not negative')
  // JSON has no Infinity.
  return Math.min(value, Number.MAX_VALUE)
}

function readTime(refuse, value) {
  if (typeof value === 'string') return readText(refuse, value)
  if (!isDate(value)) refuse(`must be a Date or a string, not ${described(value)}`)
  if (isInvalidDate(value)) refuse('is an invalid Date')
  return value.toISOString()
}

function readTexts(refuse, value) {
  if (!Array.isArray(value)) refuse(`must be an array of strings, not ${described(value)}`)
  return value.map((one, index) => readText((reason) => refuse(`[${index}] ${reason}`), one))
}

function readObject(refuse, value) {
  if (!isObject(value) || Array.isArray(value)) refuse(`must be an object, not ${described(value)}`)
  // Read once, as it may say itself what it is in JSON, and may say something else the next time.
  const read = JSON.parse(readJson(refuse, value))
  return isObject(read) && !Array.isArray(read) ? read : refuse(`must be an object, and is ${described(read)} in JSON`)
}

/** Any JSON, as text. */
function readJson(refuse, value) {
  const check = new JsonCheck()
  let json
  try {
    json = JSON.stringify(value, check.replacer)
  } catch (error) {
    if (!check.problem) refuse(`cannot be written as JSON: ${error.message}`, error)
  }
  if (check.problem) refuse(check.problem)
  if (json === undefined) refuse(`cannot be written as JSON: it is ${described(value)}`)
  // Half of a character is all that is escaped so; a backslash of the text itself is escaped, too.
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json)) refuse('holds half of a character: a surrogate without the other')
  return json
}

/** Finds what `JSON.stringify()` would write as something else without saying so: NaN as null, a `Map` as an empty object, a `Buffer` as its numbers. */
class JsonCheck {
  problem
  /** Where the objects are that were seen. */
  #paths = new WeakMap()

  /** The replacer of `JSON.stringify()`: `this` is the object that has the member, and `member` is what a `toJSON()` made of it. */
  get replacer() {
    const check = this
    return function (key, member) {
      check.#visit(this, key, member)
      return member
    }
  }

  #visit(holder, key, member) {
    const above = this.#paths.get(holder)
    const path = above === undefined ? '' : pathOf(above, key, holder)
    // A getter is not called again.
    const own = Object.getOwnPropertyDescriptor(holder, key)?.value
    const lies = isBytes(own) || isInvalidDate(own)
    if (lies || isLost(member)) {
      const lost = lies ? own : member
      this.problem = `${path}${path && ' '}must be what can be written as JSON, not ${described(lost)}`
      // Nobody sees it: `JSON.stringify()` is to end.
      throw new TypeError(this.problem)
    }
    if (isObject(member)) this.#paths.set(member, path)
  }
}

/** `variables[0]` or `a.b`. */
function pathOf(above, key, holder) {
  if (Array.isArray(holder)) return `${above}[${key}]`
  return above === '' ? key : `${above}.${key}`
}

/** Whether JSON has nothing for a value, and something else would be written. What is `undefined` or a function is left out, as everywhere. */
function isLost(value) {
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

function readHeaders(refuse, value) {
  const headers = readPairs(refuse, value).filter(isThere)
  return headers.map(([name, one]) => [readText(refuse, name), readText((reason) => refuse(`${name} ${reason}`), one)])
}

/** What follows the question mark: an array is as many pairs. */
function readQuery(refuse, value) {
  const pairs = readPairs(refuse, value).flatMap(([name, one]) => [one].flat().map((one) => [name, one]))
  return pairs.filter(isThere).map(([name, one]) => {
    if (typeof one !== 'string' && typeof one !== 'boolean' && !Number.isFinite(one)) {
      refuse(`${name} must be a string, a number or a boolean, not ${described(one)}`)
    }
    return [readText(refuse, name), readText((reason) => refuse(`${name} ${reason}`), String(one))]
  })
}

function isThere([, value]) {
  return value !== undefined && value !== null
}

/** The members of an object, or the pairs of something iterable, such as `Headers` and `URLSearchParams`. */
function readPairs(refuse, value) {
  if (!isObject(value)) refuse(`must be an object, not ${described(value)}`)
  if (!(Symbol.iterator in value) && !isOpaque(value)) return Object.entries(value)
  if (!(Symbol.iterator in value)) refuse(`must be an object of names and values, not ${described(value)}`)
  const pairs = [...value]
  for (const pair of pairs)
    if (!Array.isArray(pair) || pair.length !== 2) refuse('must be an object, or pairs of a name and a value')
  return pairs
}

const text = member(readText)
const flag = member(readFlag)
const whole = member(readWhole)
const milliseconds = member(readMilliseconds)
const time = member(readTime)
const texts = member(readTexts)
const object = member(readObject)
const json = member(readJson)
const headers = member(readHeaders)
const query = member(readQuery)

const OF_ID = { id: text('id') }
const OF_WAIT = { until: text('until') }

/** The parameters of a call as JSON. */
function encoded(members, given, of) {
  return JSON.stringify(encode(members, given, of) ?? {})
}

/** The id of something, which is an argument by itself. */
function id(given) {
  return encode(OF_ID, { id: given }, 'arguments').id ?? ''
}

/** What is to be waited for. */
function until(given, of) {
  return encode(OF_WAIT, given, of)?.until ?? ''
}

/** What becomes of the answer of a call that gives nothing. */
function nothing() {}

/** What was given of `members`, by the names that they have where it goes. */
function encode(members, given, of, ErrorClass = ValidationError) {
  if (given === undefined || given === null) return undefined
  if (!isObject(given) || Array.isArray(given) || isOpaque(given)) {
    const reason = `must be an object of names and values, not ${described(given)}`
    throw new ErrorClass(`the ${of} ${reason}`, { outcome: 'not_sent', details: { field: of.split(' ')[0], reason } })
  }
  const read = {}
  for (const name of Object.keys(given)) {
    const value = given[name]
    if (value === undefined || value === null) continue
    if (!Object.hasOwn(members, name)) {
      throw refused(ErrorClass, name, `is not one of the ${of}, which are ${Object.keys(members).join(', ')}`)
    }
    const member = members[name]
    const refuse = (reason, cause) => {
      throw refused(ErrorClass, name, reason, cause)
    }
    read[member.key] = member.read(refuse, value)
  }
  return read
}

/** The error of what was refused before anything was sent. */
function refused(ErrorClass, field, reason, cause) {
  return new ErrorClass(`\`${field}\` ${reason}`, { outcome: 'not_sent', details: { field, reason }, cause })
}

function isObject(value) {
  return typeof value === 'object' && value !== null
}

/** Whether it is an object of a class that keeps all to itself, such as a `Map`, or the signal that should have been one of the options. */
function isOpaque(value) {
  if (!isObject(value) || typeof value.toJSON === 'function' || Object.keys(value).length > 0) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype !== null && Object.getPrototypeOf(prototype) !== null && !Array.isArray(value)
}

/** A value by its type: it may be secret. */
function described(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  const type = typeof value
  if (type === 'number' && !Number.isFinite(value)) return String(value)
  if (isInvalidDate(value)) return 'an invalid Date'
  if (type === 'undefined') return type
  const name =
    type === 'object' && (isOpaque(value) || isBytes(value))
      ? Object.getPrototypeOf(value).constructor?.name
      : undefined
  return name ? `an instance of ${name}` : `${type === 'object' ? 'an' : 'a'} ${type}`
}

module.exports = {
  described,
  encode,
  encoded,
  flag,
  headers,
  id,
  isObject,
  json,
  milliseconds,
  nothing,
  object,
  query,
  text,
  texts,
  time,
  until,
  whole,
}
