// What calls give, as JSON by the names of the API, after all that an object says of itself was held against each other.
import { inspect, isDeepStrictEqual } from 'node:util'
import { snake } from './names.mjs'

/** An object that does not agree with itself, or a scenario that cannot be told. */
export class Broken extends Error {}

/** What an operation gave, as JSON. Throws Broken where it is at odds with itself. */
export function toJson(operation, given) {
  if (operation === 'contacts.delete') {
    if (given !== undefined) throw new Broken(`${operation} gives ${inspect(given)}`)
    return null
  }
  if (operation === 'request') return ofResponse(given)
  return operation === 'webhooks.parse_event' ? ofEvent(given) : ofModel(given)
}

/** A page, as scenarios have it: with its items by their fields. */
export function pageToJson(page) {
  const { items, ...others } = page
  if (!Array.isArray(items)) throw new Broken(`the items of a page are ${inspect(items)}`)
  const names = Object.keys(page).sort()
  if (!isDeepStrictEqual(names, ['extra', 'items', 'page', 'perPage', 'total'])) throw new Broken(`a page has ${names}`)
  return { ...ofModel(others), items: items.map(ofModel) }
}

function ofResponse(response) {
  const names = Object.keys(response)
  if (!isDeepStrictEqual(names.sort(), ['body', 'status'])) throw new Broken(`a response has ${names}`)
  plainly(response)
  return response
}

function ofEvent(event) {
  const { message, campaign, ...others } = event
  const whole = ofModel(others)
  for (const [name, model] of Object.entries({ message, campaign })) {
    if (model === undefined && name in event) throw new Broken(`an event has no ${name} and yet that key`)
    const found = model === undefined ? [] : unlike(ofModel(model), whole.data)
    if (found.length > 0) throw new Broken(`the ${name} of an event is not its data: ${found}`)
  }
  return whole
}

/** Names of what a model and the JSON that it was made of do not have alike. */
function unlike(model, data) {
  const names = new Set([...Object.keys(model), ...Object.keys(data)])
  return [...names].filter(
    (name) => !isDeepStrictEqual(model[name] ?? null, data[name] ?? null) && !sameTime(model[name], data[name]),
  )
}

/** Dates have milliseconds, and are written in one way. */
function sameTime(one, other) {
  return typeof one === 'string' && typeof other === 'string' && Date.parse(one) === Date.parse(other)
}

function ofModel(model) {
  if (!isPlain(model)) throw new Broken(`${inspect(model)} is no plain object`)
  const { extra, ...fields } = model
  if (!isPlain(extra)) throw new Broken(`extra is ${inspect(extra)}`)
  const whole = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) throw new Broken(`${name} is absent, and yet a key: ${value}`)
    if (name.includes('_')) throw new Broken(`${name} is not in camelCase`)
    whole[snake(name)] = ofField(name, value)
  }
  for (const [name, value] of Object.entries(extra)) {
    if (name in whole) throw new Broken(`${name} is extra, and yet a field`)
    whole[name] = value
  }
  plainly(model)
  return whole
}

function ofField(name, value) {
  // Any JSON, as it came.
  if (name === 'data') return value
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Broken(`${name} is an invalid Date`)
    return value.toISOString()
  }
  if (name.endsWith('At')) throw new Broken(`${name} is no Date but ${inspect(value)}`)
  return typeof value === 'object' && !Array.isArray(value) ? ofModel(value) : value
}

/** Throws Broken where an object is anything else than data: it must be possible to write it down, and to post it to a worker. */
function plainly(given) {
  if (!isDeepStrictEqual(structuredClone(given), given)) throw new Broken(`${inspect(given)} is not its own clone`)
  JSON.stringify(given)
}

function isPlain(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
