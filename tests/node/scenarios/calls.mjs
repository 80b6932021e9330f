// Makes the calls of scenarios.
import zexa from '../zexa.mjs'
import { isBulk, sourceOf } from './bulk.mjs'
import { Way } from './files.mjs'
import { camel, translated } from './names.mjs'
import { Broken, pageToJson, toJson } from './objects.mjs'

/** Operations whose first argument is an id. */
const BY_ID = /\.(get|wait|delete)$/
const IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** Calls the operation. Returns a promise, a list, a bulk run, or the result of a function. */
export function makeCall(client, call, way, signal) {
  const { operation } = call
  const input = call.arguments ?? {}
  if (operation === 'webhooks.parse_event') {
    return zexa.parseEvent(way === Way.DERIVED ? input.payload : Buffer.from(input.payload))
  }
  if (operation === 'segments') return zexa.segments(input.text)
  if (operation === 'estimate') return zexa.estimate(translated(input))
  const { extra_body: body, extra_query: query, ...others } = call.options ?? {}
  let options = { ...translated(others), query, signal }
  if (way === Way.DERIVED) {
    // Drops the original client: the derived one must keep it alive.
    client = client.withOptions(options)
    options = undefined
  }
  // `body` is an option of calls only.
  if (body) options = { ...options, body }
  if (isBulk(call)) options = { ...options, ...translated(call.bulk ?? {}) }
  const [resource, method] = methodOf(client, operation)
  const result = resource[method](...argumentsOf(operation, input, way), options)
  return call.page === undefined || way === Way.AWAITED ? result : result.page(call.page)
}

function methodOf(client, operation) {
  const names = operation.split('.').map(camel)
  const method = names.pop()
  const resource = names.reduce((object, name) => object?.[name], client)
  if (typeof resource?.[method] !== 'function') throw new Broken(`no operation ${operation}`)
  return [resource, method]
}

function argumentsOf(operation, input, way) {
  if (operation === 'request') {
    const { method, path, ...others } = input
    return [method, path, others]
  }
  if (operation === 'credits.get') return []
  if (isBulk({ operation })) return [sourceOf(input.rows.map(translated), way)]
  const { id, ...others } = input
  const params = translated(BY_ID.test(operation) ? others : input)
  if (way === Way.DERIVED) {
    for (const [name, value] of Object.entries(params)) if (IN_UTC.test(value)) params[name] = new Date(value)
  }
  if (!BY_ID.test(operation)) return [params]
  if (operation.endsWith('.wait')) return [id, params]
  if (Object.keys(others).length > 0) throw new Broken(`${operation} has no parameter ${Object.keys(others)}`)
  return [id]
}

/**
 * Collects the items of a list, at most `most`.
 * Returns whether the list reports that it is incomplete; undefined if its end was not reached.
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
  const seen = new Set()
  for await (const page of pages) {
    // If items move between pages, a reader of pages must skip repeated items.
    const added = pageToJson(page).items.filter((item) => item.id === undefined || !seen.has(identity(item)))
    for (const item of added) seen.add(identity(item))
    items.push(...added)
    if (items.length < most) continue
    // A page may contain more items than requested.
    items.length = most
    return undefined
  }
  return pages.isIncomplete
}

/** The identity of an item on later pages. The ids of Sender IDs are per channel; other items keep their channel. */
const identity = ({ id, channel }) => JSON.stringify([id, channel])
