// What TypeScript is to accept, and the types that it is to know.
import {
  CampaignStatus,
  Channel,
  type ClientOptions,
  type Contact,
  type EventName,
  type Kind,
  type List,
  type ListContactsParams,
  type Logger,
  type Message,
  MessageStatus,
  type Outcome,
  type Page,
  parseEvent,
  RateLimitError,
  type SendMessageParams,
  ValidationError,
  type WebhookEvent,
  Zexa,
  ZexaError,
} from 'zexa'

/** Whether two types are the same, not just assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function isTrue<T extends true>(): T | undefined {
  return undefined
}

const zexa = new Zexa()

// Options: those of the environment may be lacking, and what is absent may be said to be so.
const logger: Logger = console
const options: ClientOptions = { apiKey: process.env['KEY'], baseUrl: null, logger, timeout: 1000 }
new Zexa(options).close()
new Zexa(null)
zexa.withOptions({ maxRetries: 0, deadline: 2000, headers: new Map([['x-a', 'b']]) }).close()
zexa.withOptions({ signal: AbortSignal.timeout(1000), headers: new Headers({ 'x-a': 'b' }) }).close()
export const url: string = zexa.baseUrl

// A message. Whatever may be absent says so, and times are dates.
const params: SendMessageParams = { channel: Channel.Sms, to: '+244912345678', from: 'ZEXA', body: 'Hello' }
const message: Message = await zexa.messages.send(params, { retryAmbiguous: true })
isTrue<Same<typeof message.createdAt, Date>>()
isTrue<Same<typeof message.sentAt, Date | undefined>>()
isTrue<Same<(typeof message.extra)[string], unknown>>()
isTrue<Same<(typeof params)['scheduledAt'], Date | string | null | undefined>>()
await zexa.messages.send({ channel: 'pigeon', to: 'x', from: 'y', template: { name: 'a' }, scheduledAt: new Date() })
await zexa.messages.wait(message.id, { until: 'delivered' }, { deadline: 1000 })
await zexa.messages.wait(message.id)
isTrue<Same<Awaited<ReturnType<typeof zexa.contacts.delete>>, void>>()

// Statuses that the API adds are strings, and the known ones are names that a switch can have.
const known: MessageStatus = MessageStatus.Delivered
export const added: MessageStatus = 'archived'
export const ends: boolean = MessageStatus.isFinal(message.status) || CampaignStatus.isFinal('sent')
isTrue<Same<typeof MessageStatus.Queued, 'queued'>>()
export function inWords(status: MessageStatus): string {
  switch (status) {
    case 'delivered':
      return `it arrived: ${known}`
    case MessageStatus.Failed:
      return 'it failed'
    default:
      return status
  }
}

// A list is read item by item and page by page, and is the promise of its first page.
const search: ListContactsParams = { listId: 'lst_1', search: null }
const list: List<Contact> = zexa.contacts.list(search, { timeout: 1000 })
for await (const contact of list) isTrue<Same<typeof contact, Contact>>()
for await (const page of list.pages()) isTrue<Same<typeof page, Page<Contact>>>()
const first = await list
isTrue<Same<typeof first, Page<Contact>>>()
isTrue<Same<Awaited<ReturnType<typeof list.toArray>>, Contact[]>>()
export const total: number = await list.then((page) => page.total).catch(() => 0)
export const contacts: Contact[] = await list.toArray({ limit: 10 })
await Promise.all([zexa.campaigns.list(), zexa.senderIds.list({ perPage: 1 }, null)])

// Events. Their shape is inferred: all of it may be absent.
const event: WebhookEvent = parseEvent(Buffer.from('{}'))
parseEvent('{}')
parseEvent(new Uint8Array())
isTrue<Same<typeof event.event, EventName | undefined>>()
isTrue<Same<typeof event.message, Message | undefined>>()

// Errors: by class, each of which is of its kind.
try {
  await zexa.credits.get()
} catch (error) {
  if (error instanceof RateLimitError) {
    isTrue<Same<typeof error.kind, 'rate_limited'>>()
    isTrue<Same<typeof error.retryAfter, number | undefined>>()
  }
  if (error instanceof ZexaError) {
    isTrue<Same<typeof error.kind, Kind>>()
    isTrue<Same<typeof error.outcome, Outcome>>()
    isTrue<Same<typeof error.safeToRetry, boolean>>()
  }
}
// As a test makes one that its program is to meet.
export const made: ZexaError = new ValidationError('no such number', { status: 422, details: { field: 'to' } })
const call = zexa.messages.get('msg_1', { signal: AbortSignal.abort() })
export const outcome: Outcome | undefined = ZexaError.behind(call)?.outcome

// What this version does not know.
const answer = await zexa.request('GET', '/credits', { query: { a: 1, b: ['c', 'd'], e: undefined } })
export const status: number = answer.status
