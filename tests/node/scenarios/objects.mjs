// What calls give, as JSON by the names of the API, after all that an object says of itself was held against each other.
import { inspect, isDeepStrictEqual } from 'node:util'
import { snake } from './names.mjs'

/** Fields that are empty if their value is absent or in another form. */
const ALWAYS_THERE = ['status', 'lists', 'events']

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
  const { items, ...numbers } = page
  if (!Array.isArray(items)) throw new Broken(`the items of a page are ${inspect(items)}`)
  const others = Object.keys(page).filter((name) => !['extra', 'items', 'page', 'perPage', 'total'].includes(name))
  if (others.length > 0 || typeof page.page !== 'number') throw new Broken(`a page has ${Object.keys(page)}`)
  // The number of a page is always known, even if the API's has another form.
  const { page: number, ...extra } = numbers.extra
  return { ...ofModel({ ...numbers, extra }), items: items.map(ofModel) }
}

function ofResponse(response) {
  const names = Object.keys(response)
  if (!isDeepStrictEqual(names.sort(), ['body', 'status'])) throw new Broken(`a response has ${names}`)
  plainly(response)
  return response
}

function ofEvent(event) {
  const { message, campaign, ...others } = event
  for (const [name, model] of Object.entries({ message, campaign })) {
    if (model === undefined && name in event) throw new Broken(`an event has no ${name} and yet that key`)
  }
  return ofModel(others)
}

/** The message and the campaign that an event is about, as JSON. */
export function aboutOf({ message, campaign }) {
  return { message: message && ofModel(message), campaign: campaign && ofModel(campaign) }
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
    // Some fields are never absent, but empty instead.
    const isEmpty = ALWAYS_THERE.includes(name) && whole[name]?.length === 0
    if (name in whole && !isEmpty) throw new Broken(`${name} is extra, and yet a field`)
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
