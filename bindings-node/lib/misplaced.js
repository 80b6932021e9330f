// Hints for the error about an unknown name: the name may be misspelt, be common in other libraries, or belong to another argument.
'use strict'

/** Where to pass the options of a call. */
const CALL_OPTION = 'is an option of the call: pass it in the last argument'

/** Where to pass a name that belongs elsewhere. */
const places = new Map(
  Object.entries({
    limit: 'is an option of toArray()',
    page: 'is a method of the list: call list().page(number)',
    perPage: 'is a parameter of list()',
    until: 'is a parameter of wait()',
    to: 'is a parameter of messages.send',
    from: 'is a parameter of messages.send',
    subject: 'is a parameter of messages.send',
    html: 'is a parameter of messages.send',
    idempotencyKey: 'is a parameter of messages.send',
    senderId: 'is a parameter of campaigns.create',
    contactListId: 'is a parameter of campaigns.create',
    phone: 'is a parameter of contacts.create',
    email: 'is a parameter of contacts.create',
    lists: 'is a parameter of contacts.create',
    listId: 'is a parameter of contacts.list',
    search: 'is a parameter of contacts.list',
    events: 'is a parameter of webhooks.create',
  }),
)

/** Names of the same thing: in the operations of this package, and in other libraries. */
const SYNONYMS = [
  ['apiKey', 'key', 'token', 'apiToken', 'accessToken'],
  ['baseUrl', 'url', 'baseUri', 'apiUrl', 'endpoint'],
  ['maxRetries', 'retries', 'maxRetry', 'numRetries', 'retryCount'],
  ['timeout', 'timeoutMs', 'requestTimeout'],
  ['connectTimeout', 'connectionTimeout'],
  ['maxConnections', 'maxSockets', 'poolSize'],
  ['defaultHeaders', 'headers', 'extraHeaders'],
  ['query', 'extraQuery', 'queryParams', 'searchParams', 'params'],
  ['body', 'extraBody', 'data', 'json'],
  ['signal', 'abortSignal', 'cancelToken', 'controller'],
  ['caFile', 'ca', 'caCert', 'caBundle'],
  ['clientCertFile', 'cert', 'certFile', 'clientCert'],
  ['clientKeyFile', 'keyFile', 'clientKey'],
  ['userAgentSuffix', 'userAgent'],
  ['logger', 'log'],
  ['ledger', 'ledgerFile', 'ledgerPath'],
  ['body', 'text', 'message', 'content'],
  ['to', 'recipient', 'phone', 'phoneNumber', 'number'],
  ['from', 'senderId', 'sender'],
  ['scheduledAt', 'sendAt', 'schedule', 'scheduledTime'],
  ['contactListId', 'listId', 'lists', 'list', 'contactList'],
  ['perPage', 'limit', 'pageSize', 'size', 'max', 'count'],
  ['search', 'query', 'filter'],
  ['events', 'event', 'eventTypes'],
  ['idempotencyKey', 'idempotency', 'key', 'requestKey'],
  ['url', 'endpoint', 'callbackUrl', 'webhookUrl'],
  ['until', 'status', 'state'],
  ['concurrency', 'limit', 'maxConcurrency', 'parallelism', 'maxInFlight', 'workers'],
  ['rate', 'rateLimit', 'maxRate', 'perSecond', 'rowsPerSecond'],
  ['ordered', 'inOrder', 'preserveOrder'],
  ['ledger', 'file', 'path', 'database'],
  ['idempotencyKey', 'key', 'id'],
].map((names) => names.map(simplified))

/** Registers the names of a table of members. The first registration of a name wins. */
function registerPlace(members, place) {
  for (const name of Object.keys(members)) if (!places.has(name)) places.set(name, place)
}

/** Completes the sentence that starts with `name`: where it belongs, or what was meant. `of` names the table, as in `options of toArray`. */
function hintFor(name, members, of) {
  const known = Object.keys(members)
  const meant = known.find((one) => simplified(one) === simplified(name)) ?? synonym(name, known)
  if (places.has(name)) {
    const place = placeOf(name, of)
    return meant === undefined ? `${place}.` : `${place}. Or did you mean ${meant}?`
  }
  const similar = meant ?? known.find((one) => isSimilar(simplified(one), simplified(name)))
  return similar === undefined ? 'is unknown.' : `is unknown; did you mean ${similar}?`
}

function placeOf(name, of) {
  const place = places.get(name)
  if (place !== CALL_OPTION) return place
  // `toArray()` sends nothing itself.
  if (of === 'options of toArray') return `${place} of list()`
  return of === 'options of a bulk run' ? 'is not an option of a bulk run: set it with withOptions()' : place
}

/** The known name with the same meaning. */
function synonym(name, known) {
  const groups = SYNONYMS.filter((names) => names.includes(simplified(name)))
  return known.find((one) => groups.some((names) => names.includes(simplified(one))))
}

/** Whether two names differ by one letter: changed, added, left out, or swapped with the next. */
function isSimilar(one, other) {
  if (one.length > other.length) return isSimilar(other, one)
  if (one.length < 3) return false
  const same = [...one].findIndex((letter, index) => letter !== other[index])
  const start = same === -1 ? one.length : same
  const rest = other.slice(start + 1)
  if (one.length < other.length) return one.slice(start) === rest
  const isSwapped = one[start] === other[start + 1] && one[start + 1] === other[start]
  return one.slice(start + 1) === rest || (isSwapped && one.slice(start + 2) === rest.slice(1))
}

/** A name without case and underscores. */
function simplified(name) {
  return name.replaceAll('_', '').toLowerCase()
}

module.exports = { CALL_OPTION, hintFor, registerPlace }
