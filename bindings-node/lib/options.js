// The options of a client and of a call.
'use strict'

const {
  encode,
  flag,
  headers,
  isObject,
  described,
  milliseconds,
  object,
  query,
  text,
  whole,
} = require('./arguments.js')
const { ConfigError } = require('./generated/errors.js')
const { environmentVariables } = require('./native.js')

const OF_CLIENT = {
  apiKey: text('api_key'),
  baseUrl: text('base_url'),
  timeout: milliseconds('timeout'),
  connectTimeout: milliseconds('connect_timeout'),
  deadline: milliseconds('deadline'),
  maxConnections: whole('max_connections'),
  http2: flag('http2'),
  maxRetries: whole('max_retries'),
  maxRetryWait: milliseconds('max_retry_wait'),
  proxy: text('proxy'),
  caFile: text('ca_file'),
  userAgentSuffix: text('user_agent_suffix'),
  defaultHeaders: headers('default_headers'),
  allowHttp: flag('allow_http'),
  logger: { key: 'logger', read: logger },
}

const OF_CALL = {
  signal: { key: 'signal', read: signal },
  timeout: milliseconds('timeout'),
  deadline: milliseconds('deadline'),
  maxRetries: whole('max_retries'),
  retryAmbiguous: flag('retry_ambiguous'),
  headers: headers('headers'),
  body: object('extra_body'),
  query: query('extra_query'),
}

function signal(refuse, value) {
  const has = (name) => typeof value[name] === 'function'
  if (
    !isObject(value) ||
    typeof value.aborted !== 'boolean' ||
    !has('addEventListener') ||
    !has('removeEventListener')
  ) {
    refuse(`must be an AbortSignal, not ${described(value)}`)
  }
  return value
}

function logger(refuse, value) {
  if (!isObject(value) || typeof value.debug !== 'function' || typeof value.info !== 'function') {
    refuse('must be an object with the functions debug and info')
  }
  return value
}

/** The options of a client: its logger, and the others as JSON. */
function ofClient(given) {
  const { logger, ...options } = encode(OF_CLIENT, given, 'options of a client', ConfigError) ?? {}
  options.environment = environment()
  return { logger, options: JSON.stringify(options) }
}

/** The variables that a client reads, from this realm: worker threads and test runners have environments of their own. */
function environment() {
  const variables = {}
  for (const name of environmentVariables()) {
    const value = process.env[name]
    if (value !== undefined && value !== null) variables[name] = String(value).toWellFormed()
  }
  return variables
}

/** The options of a call: its signal, and the others as JSON where there are any. */
function ofCall(given) {
  if (given === undefined || given === null) return {}
  const { signal, ...options } = encode(OF_CALL, given, 'options of a call', ConfigError)
  return { signal, options: Object.keys(options).length === 0 ? undefined : JSON.stringify(options) }
}

module.exports = { ofCall, ofClient }
