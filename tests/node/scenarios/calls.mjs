// The calls of scenarios, as a program makes them.
import zexa from '../zexa.mjs'
import { Way } from './files.mjs'
import { camel, translated } from './names.mjs'
import { Broken, pageToJson, toJson } from './objects.mjs'

/** Operations whose first argument is an id. */
const BY_ID = /\.(get|wait|delete)$/
const IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** Calls the operation: it gives a promise, a list or an event. */
export function makeCall(client, call, way, signal) {
  const { operation } = call
  const given = call.arguments ?? {}
  if (operation === 'webhooks.parse_event') {
    return zexa.parseEvent(way === Way.DERIVED ? given.payload : Buffer.from(given.payload))
  }
  const { extra_body: body, extra_query: query, ...others } = call.options ?? {}
  let options = { ...translated(others), query, signal }
  if (way === Way.DERIVED) {
    // Nothing else holds the client that it is derived from.
    client = client.withOptions(options)
    options = undefined
  }
  // Fields of the body belong to the call.
  if (body) options = { ...options, body }
  const [resource, method] = methodOf(client, operation)
  const result = resource[method](...argumentsOf(operation, given, way), options)
  return call.page === undefined || way === Way.AWAITED ? result : result.page(call.page)
}

function methodOf(client, operation) {
  const names = operation.split('.').map(camel)
  const method = names.pop()
  const resource = names.reduce((object, name) => object?.[name], client)
  if (typeof resource?.[method] !== 'function') throw new Broken(`there is no operation ${operation}`)
  return [resource, method]
}

function argumentsOf(operation, given, way) {
  if (operation === 'request') {
    const { method, path, ...others } = given
    return [method, path, others]
  }
  if (operation === 'credits.get') return []
  const { id, ...others } = given
  const params = translated(BY_ID.test(operation) ? others : given)
  if (way === Way.DERIVED) {
    for (const [name, value] of Object.entries(params)) if (IN_UTC.test(value)) params[name] = new Date(value)
  }
  if (!BY_ID.test(operation)) return [params]
  if (operation.endsWith('.wait')) return [id, params]
  if (Object.keys(others).length > 0) throw new Broken(`${operation} takes no ${Object.keys(others)}`)
  return [id]
}

/**
 * Takes the items of a list, until there is no more or there are enough.
 * Returns whether the list reports that it is incomplete; undefined where its end was not reached.
 */
export async function takeAll(list, operation, items, most = Infinity, way) {
  if (way === Way.ARRAY) {
    const limit = most === Infinity ? undefined : most
    items.push(...(await list.toArray({ limit })).map((item) => toJson(operation, item)))
    return items.length < most ? list.isIncomplete : undefined
  }
  if (way === Way.PAGES) return takePages(list.pages(), items, most)
  if (most <= 0) return undefined
  for await (const item of list) if (items.push(toJson(operation, item)) === most) return undefined
  return list.isIncomplete
}

async function takePages(pages, items, most) {
  const had = new Set()
  for await (const page of pages) {
    // Where items move between pages, who reads pages has to notice those that come again.
    const added = pageToJson(page).items.filter((item) => item.id === undefined || !had.has(identity(item)))
    for (const item of added) had.add(identity(item))
    items.push(...added)
    if (items.length < most) continue
    // A page may hold more than is wanted.
    items.length = most
    return undefined
  }
  return pages.isIncomplete
}

/** What an item is known by on a later page. Only the ids of Sender IDs are per channel; others keep their channel. */
const identity = ({ id, channel }) => JSON.stringify([id, channel])
