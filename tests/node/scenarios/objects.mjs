// Converts results to JSON with the API's names, and checks that they are consistent.
import { inspect, isDeepStrictEqual } from 'node:util'
import { snake } from './names.mjs'

/** Fields that are empty if their value is absent or in another form. */
const ALWAYS_PRESENT = ['status', 'lists', 'events']

/** An inconsistent object, or a scenario that Node does not support. */
export class Broken extends Error {}

/** The result of an operation, as JSON. Throws Broken if it is inconsistent. */
export function toJson(operation, result) {
  if (operation === 'contacts.delete') {
    if (result !== undefined) throw new Broken(`${operation} returns ${inspect(result)}`)
    return null
  }
  if (operation === 'estimate') return result ?? null
  if (operation === 'request') return ofResponse(result)
  return operation === 'webhooks.parse_event' ? ofEvent(result) : ofModel(result)
}

/** A page, as in scenarios. */
export function pageToJson(page) {
  const { items, ...numbers } = page
  if (!Array.isArray(items)) throw new Broken(`the items of a page are ${inspect(items)}`)
  const others = Object.keys(page).filter((name) => !['extra', 'items', 'page', 'perPage', 'total'].includes(name))
  if (others.length > 0 || typeof page.page !== 'number') throw new Broken(`a page has ${Object.keys(page)}`)
  // The client knows the number of a page even if the response has it in another form.
  const { page: number, ...extra } = numbers.extra
  return { ...ofModel({ ...numbers, extra }), items: items.map(ofModel) }
}

function ofResponse(response) {
  const names = Object.keys(response)
  if (!isDeepStrictEqual(names.sort(), ['body', 'status'])) throw new Broken(`a response has ${names}`)
  checkPlainData(response)
  return response
}

function ofEvent(event) {
  const { message, campaign, ...others } = event
  for (const [name, model] of Object.entries({ message, campaign })) {
    if (model === undefined && name in event) throw new Broken(`an event has no ${name}, but has that key`)
  }
  return ofModel(others)
}

/** The message and the campaign of an event, as JSON. */
export function aboutOf({ message, campaign }) {
  return { message: message && ofModel(message), campaign: campaign && ofModel(campaign) }
}

/** A model, as JSON. */
export function ofModel(model) {
  if (!isPlain(model)) throw new Broken(`${inspect(model)} is not a plain object`)
  const { extra, ...fields } = model
  if (!isPlain(extra)) throw new Broken(`extra is ${inspect(extra)}`)
  const whole = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) throw new Broken(`${name} is absent, but a key: ${value}`)
    if (name.includes('_')) throw new Broken(`${name} is not in camelCase`)
    whole[snake(name)] = ofField(name, value)
  }
  for (const [name, value] of Object.entries(extra)) {
    // These fields are empty instead of absent.
    const isEmpty = ALWAYS_PRESENT.includes(name) && whole[name]?.length === 0
    if (name in whole && !isEmpty) throw new Broken(`${name} is extra, and a field`)
    whole[name] = value
  }
  checkPlainData(model)
  return whole
}

function ofField(name, value) {
  // Raw JSON.
  if (name === 'data') return value
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Broken(`${name} is an invalid Date`)
    return value.toISOString()
  }
  if (name.endsWith('At')) throw new Broken(`${name} is not a Date: ${inspect(value)}`)
  return typeof value === 'object' && !Array.isArray(value) ? ofModel(value) : value
}

/** Throws Broken unless the value is plain data, which can be cloned and converted to JSON. */
function checkPlainData(value) {
  if (!isDeepStrictEqual(structuredClone(value), value)) throw new Broken(`${inspect(value)} differs from its clone`)
  JSON.stringify(value)
}

function isPlain(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
