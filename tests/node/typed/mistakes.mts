// Mistakes that TypeScript reports. A mistake that compiled would make its comment unused, which is an error.
import {
  CampaignStatus,
  type Contact,
  estimate,
  type List,
  type Message,
  MessageStatus,
  type Outcome,
  parseEvent,
  Zexa,
  ZexaError,
} from 'zexa'
import { type Anything, is } from './equal.mjs'

// @ts-expect-error: no such name
export type Misspelt = import('zexa').Clinet
// @ts-expect-error: internal modules are not exported
export type Inside = typeof import('zexa/lib/connection.js')

const SMS = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }

export function options(zexa: Zexa) {
  // @ts-expect-error: must be an object
  new Zexa('zx_live_0')
  // @ts-expect-error: the option is apiKey
  new Zexa({ key: 'zx_live_0' })
  // @ts-expect-error: the option is baseUrl
  new Zexa({ baseURL: 'https://api.zexa.ao/v1' })
  // @ts-expect-error: must be a number of milliseconds
  new Zexa({ timeout: '30 s' })
  // @ts-expect-error: strings
  new Zexa({ defaultHeaders: { 'X-Shop': 1 } })
  // @ts-expect-error: a logger needs its methods
  new Zexa({ logger: {} })
  // @ts-expect-error: an option of the client
  zexa.withOptions({ apiKey: 'zx_live_0' })
  // @ts-expect-error: an option of the call
  new Zexa({ signal: AbortSignal.timeout(1) })
  // @ts-expect-error: a signal, not a controller
  zexa.credits.get({ signal: new AbortController() })
  // @ts-expect-error: only strings, numbers and booleans
  zexa.credits.get({ query: { at: new Date() } })
  // @ts-expect-error: an object
  zexa.messages.send(SMS, { body: 'priority=1' })
  // @ts-expect-error: an option of the call
  zexa.withOptions({ body: { priority: 1 } })
  // @ts-expect-error: the option is maxRetries
  zexa.credits.get({ retries: 1 })
  // @ts-expect-error: read-only
  zexa.baseUrl = 'https://api.zexa.ao/v1'
}

export function parameters(zexa: Zexa) {
  // @ts-expect-error: no arguments
  zexa.messages.send()
  // @ts-expect-error: must be an object
  zexa.messages.send('sms', '+244912345678', 'ZEXA')
  // @ts-expect-error: no `from`
  zexa.messages.send({ channel: 'sms', to: '+244912345678' })
  // @ts-expect-error: no such parameter
  zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', text: 'Hello' })
  // @ts-expect-error: the parameter is scheduledAt
  zexa.messages.send({ ...SMS, scheduled_at: new Date() })
  // @ts-expect-error: a string, so that no digit is lost
  zexa.messages.send({ ...SMS, to: 244912345678 })
  // @ts-expect-error: a required parameter cannot be null
  zexa.messages.send({ ...SMS, channel: null })
  // @ts-expect-error: a Date or a string
  zexa.messages.send({ ...SMS, scheduledAt: Date.now() })
  // @ts-expect-error: options are the last argument
  zexa.messages.send({ ...SMS, signal: AbortSignal.timeout(1) })
  // @ts-expect-error: a string
  zexa.messages.get(7)
  // @ts-expect-error: must be an object
  zexa.messages.wait('msg_1', 'sent')
  // @ts-expect-error: an array
  zexa.contacts.create({ name: 'Ana', phone: '+244912345678', lists: 'lst_1' })
  // @ts-expect-error: a page is fetched by page()
  zexa.contacts.list({ page: 2 })
  // @ts-expect-error: strings
  zexa.webhooks.create({ url: 'https://shop.example/zexa', events: [7] })
  // @ts-expect-error: no path
  zexa.request('GET')
  // @ts-expect-error: parameters are in `query` of the third argument
  zexa.request('GET', '/contacts', { page: 2 })
  // @ts-expect-error: no such operation
  zexa.campaigns.delete('cmp_1')
  // @ts-expect-error: a body parsed by express.json()
  parseEvent({ event: 'message.delivered' })
  // @ts-expect-error: an object, not a text
  estimate('Hello')
}

export async function values(message: Message, contacts: List<Contact>) {
  // @ts-expect-error: no such field
  message.sender
  // @ts-expect-error: the field is createdAt
  message.created_at
  // @ts-expect-error: may be absent
  message.sentAt.getTime()
  // @ts-expect-error: a Date
  message.createdAt.slice(0, 10)
  // @ts-expect-error: an absent field is not a key
  const made: Message = { ...message, body: undefined }
  // @ts-expect-error: no such name
  MessageStatus.Arrived
  // @ts-expect-error: read-only
  CampaignStatus.Sent = 'sending'
  // @ts-expect-error: a list is an async iterable
  for (const contact of contacts) is<Contact>()(contact)
  // @ts-expect-error: a list has no length
  contacts.length
  // @ts-expect-error: the items are in `items` of the page
  const [first] = await contacts
  // @ts-expect-error: must be an object
  contacts.toArray(10)
  return [made, first]
}

export function errors(error: ZexaError) {
  // @ts-expect-error: no such outcome
  const outcome: Outcome = 'lost'
  // @ts-expect-error: no such kind
  error.kind === 'ratelimited'
  // @ts-expect-error: read-only
  error.outcome = 'not_sent'
  // @ts-expect-error: may be absent
  error.retryAfter + 1
  // @ts-expect-error: no such outcome
  new ZexaError('slow down', { outcome: 'lost' })
  return outcome
}

export async function whatIsNotAwaited(zexa: Zexa) {
  // @ts-expect-error: a promise
  zexa.credits.get().credits
}

export function whatMerelyFits(zexa: Zexa, anything: Anything) {
  // @ts-expect-error: `is` reports a wider type
  is<string | undefined>()(zexa.baseUrl)
  // @ts-expect-error: `is` reports `any`
  is<string>()(anything)
}
