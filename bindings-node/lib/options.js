// The options of a client, of a call and of a bulk run: those of the core, and those that only JavaScript has.
'use strict'

const { encode, isObject, typeName } = require('./arguments.js')
const { ConfigError } = require('./generated/errors.js')
const generated = require('./generated/options.js')
const { CALL_OPTION, registerPlace } = require('./misplaced.js')
const { environmentVariables } = require('./native.js')

const CLIENT_OPTIONS = { ...generated.CLIENT_OPTIONS, logger: { key: 'logger', read: logger } }

const CALL_OPTIONS = { signal: { key: 'signal', read: signal }, ...generated.CALL_OPTIONS }

/** The options of a bulk run, and those of its calls. */
const { timeout, headers } = generated.CALL_OPTIONS
const BULK_OPTIONS = { ...generated.BULK_OPTIONS, signal: CALL_OPTIONS.signal, timeout, headers }

registerPlace(CALL_OPTIONS, CALL_OPTION)
registerPlace(CLIENT_OPTIONS, 'is an option of the client: pass it to new Zexa()')
registerPlace(BULK_OPTIONS, 'is an option of sendMany() and createMany()')

function signal(fail, value) {
  const has = (name) => typeof value[name] === 'function'
  if (
    !isObject(value) ||
    typeof value.aborted !== 'boolean' ||
    !has('addEventListener') ||
    !has('removeEventListener')
  ) {
    fail(`must be an AbortSignal, not ${typeName(value)}`)
  }
  return value
}

function logger(fail, value) {
  if (!isObject(value) || typeof value.debug !== 'function' || typeof value.info !== 'function') {
    fail('must be an object with the functions debug and info')
  }
  return value
}

/** The options of a client: its logger, the others as JSON, and the environment variables that it reads. */
function encodeClientOptions(input) {
  const { logger, ...options } = encode(CLIENT_OPTIONS, input, 'options of a client', ConfigError) ?? {}
  return { logger, options: JSON.stringify(options), environment: environment() }
}

/** The environment variables that a client reads, from the `process.env` of this realm: worker threads and test runners have their own. */
function environment() {
  const variables = {}
  for (const name of environmentVariables()) {
    const value = process.env[name]
    if (value !== undefined && value !== null) variables[name] = String(value).toWellFormed()
  }
  return variables
}

/** The options of a call: its signal, and the others as JSON if there are any. */
function encodeCallOptions(input) {
  if (input === undefined || input === null) return {}
  const { signal, ...options } = encode(CALL_OPTIONS, input, 'options of a call', ConfigError)
  return { signal, options: Object.keys(options).length === 0 ? undefined : JSON.stringify(options) }
}

/** The options of a bulk run: its signal, its own options as JSON, and those of its calls as JSON if there are any. */
function encodeBulkOptions(input) {
  const encoded = encode(BULK_OPTIONS, input, 'options of a bulk run', ConfigError) ?? {}
  const { signal, timeout, headers, ...run } = encoded
  const options = timeout === undefined && headers === undefined ? undefined : JSON.stringify({ timeout, headers })
  return { signal, run: JSON.stringify(run), options }
}

module.exports = { encodeBulkOptions, encodeCallOptions, encodeClientOptions }
