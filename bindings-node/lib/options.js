// The options of a client and of a call.
'use strict'

const {
  boolean,
  encode,
  headers,
  integer,
  isObject,
  milliseconds,
  object,
  positiveInteger,
  positiveMilliseconds,
  query,
  string,
  typeName,
} = require('./arguments.js')
const { ConfigError } = require('./generated/errors.js')
const { CALL_OPTION, registerPlace } = require('./misplaced.js')
const { environmentVariables } = require('./native.js')

const CLIENT_OPTIONS = {
  apiKey: string('api_key'),
  baseUrl: string('base_url'),
  timeout: positiveMilliseconds('timeout'),
  connectTimeout: positiveMilliseconds('connect_timeout'),
  deadline: positiveMilliseconds('deadline'),
  maxConnections: positiveInteger('max_connections'),
  http2: boolean('http2'),
  maxRetries: integer('max_retries'),
  maxRetryWait: milliseconds('max_retry_wait'),
  proxy: string('proxy'),
  caFile: string('ca_file'),
  userAgentSuffix: string('user_agent_suffix'),
  defaultHeaders: headers('default_headers'),
  allowHttp: boolean('allow_http'),
  logger: { key: 'logger', read: logger },
}

const CALL_OPTIONS = {
  signal: { key: 'signal', read: signal },
  timeout: positiveMilliseconds('timeout'),
  deadline: positiveMilliseconds('deadline'),
  maxRetries: integer('max_retries'),
  retryAmbiguous: boolean('retry_ambiguous'),
  headers: headers('headers'),
  body: object('extra_body'),
  query: query('extra_query'),
}

registerPlace(CALL_OPTIONS, CALL_OPTION)
registerPlace(CLIENT_OPTIONS, 'is an option of the client: pass it to new Zexa()')

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

/** The options of a client: its logger, and the others as JSON. */
function encodeClientOptions(input) {
  const { logger, ...options } = encode(CLIENT_OPTIONS, input, 'options of a client', ConfigError) ?? {}
  options.environment = environment()
  return { logger, options: JSON.stringify(options) }
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

module.exports = { encodeCallOptions, encodeClientOptions }
