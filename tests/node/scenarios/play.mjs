// Plays one scenario in one way, with its own server and client, and compares the result.
import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { ControlError } from '../sandbox.mjs'
import zexa from '../zexa.mjs'
import { isBulk, takeRun } from './bulk.mjs'
import { makeCall, takeAll } from './calls.mjs'
import { errorToJson } from './errors.mjs'
import { isCancelled, newDirectory } from './files.mjs'
import { translated } from './names.mjs'
import { aboutOf, Broken, ofModel, pageToJson, toJson } from './objects.mjs'

/** Milliseconds after which a scenario is considered hung. The longest takes a few seconds, and several times that on a busy machine. */
export const TIMEOUT = 60_000

/** Keys with patterns for the result. */
const PATTERNS = ['requests', 'messages', 'result', 'error', 'items', 'incomplete', 'about', 'ledger']
const KEYS = ['name', 'why', 'server', 'client', 'before', 'call', ...PATTERNS]
const CANCEL_KEYS = ['cancel_after_requests', 'cancel_delay', 'cancel_after_attempts']
const BULK_KEYS = ['bulk', 'stop_after_results']
const CALL_KEYS = ['operation', 'arguments', 'page', 'take', 'options', ...BULK_KEYS, ...CANCEL_KEYS]
const BEFORE_KEYS = ['operation', 'arguments', 'options', 'expect', ...BULK_KEYS]

/** Plays a scenario, and returns the mismatches. */
export async function play(sandbox, scenario, way, timeout = TIMEOUT) {
  const ended = new AbortController()
  const late = pause(timeout, [`not ended after ${timeout / 1000} seconds`], { signal: ended.signal })
  late.catch(() => {})
  try {
    return await Promise.race([playToTheEnd(sandbox, scenario, way), late])
  } catch (error) {
    if (error instanceof Broken || error instanceof ControlError) return [error.message]
    return [`the runner failed: ${inspect(error)}`]
  } finally {
    ended.abort()
  }
}

async function playToTheEnd(sandbox, scenario, way) {
  const unknown = [...unknownKeys(scenario, KEYS), ...unknownKeys(scenario.call, CALL_KEYS)]
  for (const call of scenario.before ?? []) unknown.push(...unknownKeys(call, BEFORE_KEYS))
  if (unknown.length > 0) return [`a scenario has no ${unknown.join(', ')}`]
  const server = await sandbox.startServer(scenario.server)
  const directory = newDirectory()
  try {
    const before = []
    const actual = await resultOf(server, directory, scenario, way, before)
    actual.before = before
    const ledger = scenario.client?.ledger ?? scenario.call?.bulk?.ledger
    if (scenario.ledger) actual.ledger = await rowsOf(filledIn(ledger, server, directory))
    actual.requests = await server.requests()
    actual.messages = await server.messages()
    return await mismatches(sandbox, scenario, actual)
  } finally {
    await server.end()
    rmSync(directory, { recursive: true })
  }
}

function unknownKeys(object, known) {
  return Object.keys(object ?? {}).filter((key) => !known.includes(key))
}

/** Creates the client and makes the calls. Returns `result`, or `error` and `items`. Adds earlier results to `before`. */
async function resultOf(server, directory, scenario, way, before) {
  const items = []
  try {
    const attempts = new Attempts()
    const client = makeClient(server, directory, scenario, isCancelled(scenario) ? attempts : undefined)
    const prepared = (call) => ({ ...call, bulk: allFilledIn(call.bulk ?? {}, server, directory) })
    for (const call of scenario.before ?? []) before.push(await resultBefore(client, prepared(call), way))
    if (scenario.call === undefined) return { result: null }
    const call = prepared(scenario.call)
    if (isCancelled(scenario)) return { error: await cancelled(client, server, call, way, items, attempts), items }
    return await resultOfCall(makeCall(client, call, way), call, way, items)
  } catch (error) {
    if (!(error instanceof zexa.ZexaError)) throw error
    // A scenario about an invalid option must not pass because the runner passes an unknown one.
    if (/^`\w+` is .*[.?] The [\w ]+ of [\w. ]+ are /.test(error.message))
      throw new Broken(`not supported in Node: ${error.message}`)
    return { error: errorToJson(error), items }
  }
}

async function resultBefore(client, call, way) {
  try {
    return await resultOfCall(makeCall(client, call, way), call, way, [])
  } catch (error) {
    if (!(error instanceof zexa.ZexaError)) throw error
    return { error: errorToJson(error) }
  }
}

async function resultOfCall(returned, call, way, items) {
  const { operation } = call
  if (isBulk(call)) return { result: await takeRun(returned, call) }
  if (operation.endsWith('.list') && call.page === undefined) {
    const incomplete = await takeAll(returned, operation, items, call.take, way)
    return { result: items, incomplete }
  }
  const result = await returned
  if (operation === 'webhooks.parse_event') return { result: toJson(operation, result), about: aboutOf(result) }
  return { result: operation.endsWith('.list') ? pageToJson(result) : toJson(operation, result) }
}

/** Aborts the call when the scenario says so, and returns its error. Throws Broken if it ends in any other way. */
async function cancelled(client, server, call, way, items, attempts) {
  const controller = new AbortController()
  const reason = { why: 'the scenario says so' }
  const makeTheCall = async () => resultOfCall(makeCall(client, call, way, controller.signal), call, way, items)
  if (call.cancel_after_requests === 0) controller.abort(reason)
  const ended = makeTheCall().then(inspect, (error) => error)
  await Promise.race([ended, cancellationDue(server, call, attempts)])
  controller.abort(reason)
  const error = await ended
  const isCancelled = error instanceof zexa.CancelledError && error.cause === reason
  if (!isCancelled) throw new Broken(`the call was not cancelled, but ended with ${inspect(error)}`)
  return errorToJson(error)
}

/** Waits until the time at which the scenario cancels its call. */
async function cancellationDue(server, call, attempts) {
  if (call.cancel_after_requests > 0) {
    await server.requests(call.cancel_after_requests)
    await pause((call.cancel_delay ?? 0) * 1000)
  }
  if (call.cancel_after_attempts > 0) await attempts.reported(call.cancel_after_attempts)
}

/** A logger that counts the attempts of a client. */
class Attempts {
  #count = 0
  #changed = () => {}

  debug() {
    this.#count += 1
    this.#changed()
  }

  info() {
    this.debug()
  }

  /** Waits until the client has reported `count` attempts. */
  async reported(count) {
    while (this.#count < count)
      await new Promise((resolve) => {
        this.#changed = resolve
      })
  }
}

/** A client with the options of the scenario, and by default the URL and key of the server. */
function makeClient(server, directory, scenario, logger) {
  const options = { baseUrl: server.url, apiKey: server.apiKey, logger, ...translated(scenario.client ?? {}) }
  return new zexa.Zexa(allFilledIn(options, server, directory))
}

/** Options, with their placeholders replaced. */
function allFilledIn(options, server, directory) {
  const fill = (value) => (typeof value === 'string' ? filledIn(value, server, directory) : value)
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, fill(value)]))
}

function filledIn(text, server, directory) {
  const placeholders = {
    '{{url}}': server.url,
    '{{ca_file}}': server.caFile ?? '',
    '{{client_cert_file}}': server.clientCertFile ?? '',
    '{{client_key_file}}': server.clientKeyFile ?? '',
    '{{directory}}': directory,
  }
  return text.replace(/\{\{\w+\}\}/g, (name) => placeholders[name] ?? name)
}

/** The counts of a ledger, and its keys in doubt. */
async function rowsOf(path) {
  const ledger = await zexa.Ledger.open(path)
  const keys = (await ledger.inDoubt()).map((row) => ofModel(row).key)
  return { ...ofModel(await ledger.counts()), in_doubt_keys: keys }
}

async function mismatches(sandbox, scenario, actual) {
  // A call without a pattern may have any result.
  const expected = { before: (scenario.before ?? []).map(({ expect = {} }) => inMilliseconds(expect)) }
  for (const part of PATTERNS)
    if (part in scenario)
      expected[part] = ['result', 'about'].includes(part) ? inMilliseconds(scenario[part]) : scenario[part]
  const found = await sandbox.mismatches(expected, actual)
  if (found.length > 0) {
    const [[name, value]] = Object.entries(actual)
    found.push(`the ${name} was ${JSON.stringify(value)}`.slice(0, 600))
  }
  return found
}

/** Truncates the times of a pattern to milliseconds, the precision of `Date`. */
function inMilliseconds(pattern) {
  if (Array.isArray(pattern)) return pattern.map(inMilliseconds)
  if (typeof pattern !== 'object' || pattern === null) return pattern
  return Object.fromEntries(
    Object.entries(pattern).map(([name, value]) => [
      name,
      name === '$time' ? value.replace(/(\.\d{3})\d+/, '$1') : inMilliseconds(value),
    ]),
  )
}
