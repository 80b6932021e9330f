// Converts an error to JSON with the names of scenarios, and checks that it is consistent.
import { inspect } from 'node:util'
import zexa from '../zexa.mjs'
import { snake } from './names.mjs'
import { Broken, ofModel } from './objects.mjs'

/** The class of each kind. */
export const CLASSES = {
  config: zexa.ConfigError,
  invalid_request: zexa.InvalidRequestError,
  unauthorized: zexa.AuthenticationError,
  not_found: zexa.NotFoundError,
  conflict: zexa.ConflictError,
  validation: zexa.ValidationError,
  insufficient_credits: zexa.InsufficientCreditsError,
  rate_limited: zexa.RateLimitError,
  server: zexa.ServerError,
  connect: zexa.APIConnectionError,
  timeout: zexa.APITimeoutError,
  decode: zexa.DecodeError,
  cancelled: zexa.CancelledError,
  closed: zexa.ClosedError,
  in_progress: zexa.InProgressError,
  in_doubt: zexa.InDoubtError,
  key_reused: zexa.KeyReusedError,
  duplicate: zexa.DuplicateError,
  stopped: zexa.StoppedError,
  other: zexa.APIError,
}

const TYPES = {
  kind: ['string'],
  outcome: ['string'],
  safeToRetry: ['boolean'],
  status: ['number', 'undefined'],
  code: ['string', 'undefined'],
  message: ['string'],
  requestId: ['string', 'undefined'],
  retryAfter: ['number', 'undefined'],
  attempts: ['number'],
  stack: ['string'],
}
const SAFE = ['not_sent', 'rejected']

/** The error with the names of scenarios. Throws Broken if it is inconsistent. */
export function errorToJson(error) {
  const found = inconsistencies(error)
  if (found.length > 0) throw new Broken(found.join('; '))
  const { kind, outcome, status = null, code = null, requestId = null, attempts } = error
  const retryAfter = error.retryAfter === undefined ? null : error.retryAfter / 1000
  const fields = { kind, outcome, status, code, request_id: requestId, retry_after: retryAfter, attempts }
  return { ...fields, ...messageAndDetails(error) }
}

/** The message and the details, with the API's name of the argument that they are about. */
function messageAndDetails({ message, details, status, kind }) {
  if (kind === 'stopped' && details !== undefined) return { message, details: detailsOfStop(details) }
  const field = details?.field
  if (status !== undefined || typeof field !== 'string' || !message.startsWith(`\`${field}\` `))
    return { message, details }
  return { message: message.replace(field, snake(field)), details: { ...details, field: snake(field) } }
}

/** The details of a StoppedError with the names of scenarios. */
function detailsOfStop({ reason, firstUntouched, stats, ...others }) {
  if (Object.keys(others).length > 0) throw new Broken(`the details of a stop have ${Object.keys(others)}`)
  return { reason, first_untouched: firstUntouched, stats: ofModel(stats) }
}

/** The name of the class; of a cancelled call, the name of the reason. */
function nameOf({ kind, cause }, Class) {
  return kind === 'cancelled' ? (cause?.name ?? 'AbortError') : Class?.name
}

/** Inconsistencies between the properties of an error. */
export function inconsistencies(error) {
  const { name, message, stack, kind, outcome, safeToRetry, details, status } = error
  const found = Object.entries(TYPES)
    .filter(([name, types]) => !types.includes(typeof error[name]))
    .map(([name]) => `${name} of the error is ${inspect(error[name])}`)
  const Expected = CLASSES[kind]
  if (error.constructor !== Expected || !(error instanceof Error))
    found.push(`an error of the kind ${kind} is a ${name}`)
  if (name !== nameOf(error, Expected)) found.push(`a ${Expected?.name} has the name ${name}`)
  if (safeToRetry !== SAFE.includes(outcome)) found.push(`safeToRetry is ${safeToRetry}, but the outcome is ${outcome}`)
  if (String(error) !== `${name}: ${message}`) found.push(`as a string the error is ${error}`)
  if (!String(stack).startsWith(`${name}: ${message}\n    at `)) found.push(`the stack is ${stack}`)
  if (!String(stack).includes('tests/node/')) found.push(`the stack does not name the caller: ${stack}`)
  if (Object.keys(error).includes('details')) found.push('the details are enumerable')
  if (status === undefined && String(details?.field).includes('_')) found.push(`the field is ${details.field}`)
  const absent = Object.keys(error).filter((name) => error[name] === undefined)
  if (absent.length > 0) found.push(`${absent} of the error are undefined, but keys`)
  return found
}
