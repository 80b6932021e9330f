// What TypeScript objects to. A mistake that passed would make its comment unused, which is an error.
import {
  CampaignStatus,
  type Contact,
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
// @ts-expect-error: what is inside is not for others
export type Inside = typeof import('zexa/lib/connection.js')

const SMS = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }

export function options(zexa: Zexa) {
  // @ts-expect-error: an object is wanted
  new Zexa('zx_live_0')
  // @ts-expect-error: it is apiKey
  new Zexa({ key: 'zx_live_0' })
  // @ts-expect-error: it is baseUrl
  new Zexa({ baseURL: 'https://api.zexa.ao/v1' })
  // @ts-expect-error: milliseconds
  new Zexa({ timeout: '30 s' })
  // @ts-expect-error: strings
  new Zexa({ defaultHeaders: { 'X-Shop': 1 } })
  // @ts-expect-error: no functions
  new Zexa({ logger: {} })
  // @ts-expect-error: those are for a client
  zexa.withOptions({ apiKey: 'zx_live_0' })
  // @ts-expect-error: those are for a call
  new Zexa({ signal: AbortSignal.timeout(1) })
  // @ts-expect-error: a signal, not what makes one
  zexa.credits.get({ signal: new AbortController() })
  // @ts-expect-error: plain values
  zexa.credits.get({ query: { at: new Date() } })
  // @ts-expect-error: an object
  zexa.messages.send(SMS, { body: 'priority=1' })
  // @ts-expect-error: those are for a call
  zexa.withOptions({ body: { priority: 1 } })
  // @ts-expect-error: it is maxRetries
  zexa.credits.get({ retries: 1 })
  // @ts-expect-error: it cannot be set
  zexa.baseUrl = 'https://api.zexa.ao/v1'
}

export function parameters(zexa: Zexa) {
  // @ts-expect-error: no arguments
  zexa.messages.send()
  // @ts-expect-error: an object is wanted
  zexa.messages.send('sms', '+244912345678', 'ZEXA')
  // @ts-expect-error: no `from`
  zexa.messages.send({ channel: 'sms', to: '+244912345678' })
  // @ts-expect-error: no such parameter
  zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', text: 'Hello' })
  // @ts-expect-error: it is scheduledAt
  zexa.messages.send({ ...SMS, scheduled_at: new Date() })
  // @ts-expect-error: a string, so that no digit is lost
  zexa.messages.send({ ...SMS, to: 244912345678 })
  // @ts-expect-error: required, and so not null
  zexa.messages.send({ ...SMS, channel: null })
  // @ts-expect-error: a Date or a string
  zexa.messages.send({ ...SMS, scheduledAt: Date.now() })
  // @ts-expect-error: options are the argument behind
  zexa.messages.send({ ...SMS, signal: AbortSignal.timeout(1) })
  // @ts-expect-error: a string
  zexa.messages.get(7)
  // @ts-expect-error: an object is wanted
  zexa.messages.wait('msg_1', 'sent')
  // @ts-expect-error: an array
  zexa.contacts.create({ name: 'Ana', phone: '+244912345678', lists: 'lst_1' })
  // @ts-expect-error: pages are asked for by page()
  zexa.contacts.list({ page: 2 })
  // @ts-expect-error: strings
  zexa.webhooks.create({ url: 'https://shop.example/zexa', events: [7] })
  // @ts-expect-error: no path
  zexa.request('GET')
  // @ts-expect-error: it is a member of the third argument
  zexa.request('GET', '/contacts', { page: 2 })
  // @ts-expect-error: there is no such operation
  zexa.campaigns.delete('cmp_1')
  // @ts-expect-error: what express.json() has made of a body
  parseEvent({ event: 'message.delivered' })
}

export async function values(message: Message, contacts: List<Contact>) {
  // @ts-expect-error: no such field
  message.sender
  // @ts-expect-error: as the API names it
  message.created_at
  // @ts-expect-error: it may not be there
  message.sentAt.getTime()
  // @ts-expect-error: a Date
  message.createdAt.slice(0, 10)
  // @ts-expect-error: what is absent is no key
  const made: Message = { ...message, body: undefined }
  // @ts-expect-error: no such name
  MessageStatus.Arrived
  // @ts-expect-error: it cannot be set
  CampaignStatus.Sent = 'sending'
  // @ts-expect-error: it is asynchronous
  for (const contact of contacts) is<Contact>()(contact)
  // @ts-expect-error: it is of no length before it is read
  contacts.length
  // @ts-expect-error: it is the page that has items
  const [first] = await contacts
  // @ts-expect-error: an object is wanted
  contacts.toArray(10)
  return [made, first]
}

export function errors(error: ZexaError) {
  // @ts-expect-error: no such outcome
  const outcome: Outcome = 'lost'
  // @ts-expect-error: no such kind
  error.kind === 'ratelimited'
  // @ts-expect-error: it cannot be set
  error.outcome = 'not_sent'
  // @ts-expect-error: it may not be there
  error.retryAfter + 1
  // @ts-expect-error: an outcome is not just any string
  new ZexaError('slow down', { outcome: 'lost' })
  return outcome
}

export async function whatIsNotAwaited(zexa: Zexa) {
  // @ts-expect-error: it is a promise
  zexa.credits.get().credits
}

export function whatMerelyFits(zexa: Zexa, anything: Anything) {
  // @ts-expect-error: the checks of this folder see it
  is<string | undefined>()(zexa.baseUrl)
  // @ts-expect-error: this, too
  is<string>()(anything)
}
