// Reads what a caller gives: objects of known members, each of its type. What the values have to be like beside that, the core knows.
'use strict'

const { ConfigError, ValidationError } = require('./generated/errors.js')

/** How a member is read, and what it is called where it goes. */
const member = (read) => (key) => ({ key, read })

const text = member((refuse, value) => {
  if (typeof value !== 'string') refuse(`must be a string, not ${described(value)}`)
  if (!value.isWellFormed()) refuse('holds half of a character: a surrogate without the other')
  return value
})

const flag = member((refuse, value) => {
  if (typeof value !== 'boolean') refuse(`must be true or false, not ${described(value)}`)
  return value
})

const whole = member((refuse, value) => {
  if (typeof value !== 'number') refuse(`must be a number, not ${described(value)}`)
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) refuse('must be a whole number, from 0 to 4294967295')
  return value
})

const milliseconds = member((refuse, value) => {
  if (typeof value !== 'number') refuse(`must be a number of milliseconds, not ${described(value)}`)
  if (!(value > 0)) refuse('must be a positive number of milliseconds')
  // JSON has no Infinity.
  return Math.min(value, Number.MAX_VALUE)
})

const time = member((refuse, value) => {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) refuse('is an invalid Date')
    return value.toISOString()
  }
  if (typeof value !== 'string') refuse(`must be a Date or a string, not ${described(value)}`)
  return value
})

const texts = member((refuse, value) => {
  if (!Array.isArray(value)) refuse(`must be an array of strings, not ${described(value)}`)
  return value.map((item, index) => text().read((reason) => refuse(`[${index}] ${reason}`), item))
})

const object = member((refuse, value) => {
  if (!isObject(value)) refuse(`must be an object, not ${described(value)}`)
  written(refuse, value)
  return value
})

const headers = member((refuse, value) => {
  if (!isObject(value)) refuse(`must be an object, not ${described(value)}`)
  const pairs = Symbol.iterator in value ? [...value] : Object.entries(value)
  return Object.fromEntries(pairs.map(([name, one]) => [name, text().read((reason) => refuse(`${name} ${reason}`), one)]))
})

/** The id of something, which is an argument by itself. */
function id(given) {
  return encode(OF_ID, { id: given }, 'arguments')?.id ?? ''
}

/** What is to be waited for. */
function until(given, of) {
  return encode(OF_WAIT, given, of)?.until ?? ''
}

/** What becomes of the answer of a call that gives nothing. */
function nothing() {}

/** The parameters of a call as JSON. */
function json(members, given, of) {
  return JSON.stringify(encode(members, given, of) ?? {})
}

const OF_ID = { id: text('id') }
const OF_WAIT = { until: text('until') }

/** Any JSON, as text. */
function written(refuse, value) {
  let json
  try {
    json = JSON.stringify(value)
  } catch (error) {
    refuse(`cannot be written as JSON: ${error.message}`, error)
  }
  if (json === undefined) refuse(`cannot be written as JSON: it is ${described(value)}`)
  // What is written so is half of a character, unless the backslash is itself escaped.
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json)) refuse('holds half of a character: a surrogate without the other')
  return json
}

/** What was given, as JSON by the names of `members`. */
function encode(members, given, of, ErrorClass = ValidationError) {
  if (given === undefined || given === null) return undefined
  if (!isObject(given) || Array.isArray(given)) throw refused(ErrorClass, of, `must be an object, not ${described(given)}`)
  const read = {}
  for (const name of Object.keys(given)) {
    const value = given[name]
    if (value === undefined || value === null) continue
    if (!Object.hasOwn(members, name)) {
      throw refused(ErrorClass, name, `not one of the ${of}, which are ${Object.keys(members).join(', ')}`)
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
  return new ErrorClass(`${field}: ${reason}`, { outcome: 'not_sent', details: { field, reason }, cause })
}

function isObject(value) {
  return typeof value === 'object' && value !== null
}

/** A value by its type: it may be secret. */
function described(value) {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (Number.isNaN(value)) return 'NaN'
  const type = typeof value
  return type === 'undefined' ? type : `${type === 'object' ? 'an' : 'a'} ${type}`
}

module.exports = {
  described,
  encode,
  flag,
  headers,
  id,
  isObject,
  json,
  milliseconds,
  nothing,
  object,
  text,
  texts,
  time,
  until,
  whole,
  written,
}
