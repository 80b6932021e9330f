// The types of clients and operations. The compiler reads this file; it is never run.
import Default, {
  type Campaign,
  type Contact,
  type Credits,
  estimate,
  type List,
  type Message,
  type Page,
  type Pages,
  parseEvent,
  type Response,
  type Segments,
  type SenderId,
  type SendMessageParams,
  segments,
  type Template,
  type Webhook,
  type WebhookEvent,
  Zexa,
} from 'zexa'
import { is } from './equal.mjs'

interface OrderReady {
  name: 'order_ready'
  variables: string[]
}

export function makingClients() {
  new Zexa()
  new Zexa({
    apiKey: 'zx_live_0',
    baseUrl: 'https://api.zexa.ao/v1',
    timeout: 30_000,
    connectTimeout: 2500,
    deadline: Number.POSITIVE_INFINITY,
    maxConnections: 20,
    http2: true,
    maxRetries: 0,
    maxRetryWait: 1000,
    proxy: 'http://proxy.example:3128',
    caFile: 'authorities.pem',
    clientCertFile: 'shop.pem',
    clientKeyFile: 'shop.key',
    userAgentSuffix: 'shop/1.2',
    defaultHeaders: { 'X-Shop': '1' },
    allowHttp: false,
    logger: console,
  })
  // `undefined` and `null` count as absent.
  new Zexa({ apiKey: process.env.KEY_OF_SHOP, baseUrl: undefined, timeout: null })
  new Zexa({ defaultHeaders: new Headers({ 'X-Shop': '1' }) })
  new Zexa({ defaultHeaders: [['X-Shop', '1']] })

  const zexa = new Zexa(null)
  is<Zexa>()(zexa.withOptions({ deadline: 3000, retryAmbiguous: true, headers: new Map([['X-Trace', '7']]) }))
  is<string>()(zexa.baseUrl)
  is<void>()(zexa.close())
  is<Promise<void>>()(zexa[Symbol.asyncDispose]())
  is<Zexa>()(new Default())
}

export async function calling(zexa: Zexa, signal: AbortSignal) {
  const sms = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
  is<Promise<Message>>()(zexa.messages.send(sms))
  is<Message>()(await zexa.messages.send({ ...sms, scheduledAt: new Date() }, { signal, timeout: 1000, maxRetries: 0 }))
  is<Message>()(await zexa.messages.send({ ...sms, scheduledAt: '2026-07-01T09:00:00Z', template: { name: 'hello' } }))
  const template: OrderReady = { name: 'order_ready', variables: ['Ana'] }
  is<Message>()(await zexa.messages.send({ ...sms, template }))
  // The documented members, and any others.
  const documented: Template = { name: 'order_shipped', language: 'pt', variables: ['Ana'] }
  is<Message>()(await zexa.messages.send({ ...sms, template: documented }))
  is<Message>()(await zexa.messages.send({ ...sms, template: { ...documented, components: [1] } }))
  is<Template | object | null | undefined>()(({} as SendMessageParams).template)
  is<Message>()(await zexa.messages.get('msg_1', { headers: { 'X-Trace': '7' } }))
  const fields: OrderReady = { name: 'order_ready', variables: ['Ana'] }
  is<Message>()(await zexa.messages.send({ ...sms, templateId: 'tpl_1' }, { body: fields, query: { dry: true } }))
  is<Message>()(await zexa.messages.get('msg_1', { query: new URLSearchParams('deep=1'), body: undefined }))
  is<Message>()(await zexa.messages.wait('msg_1'))
  is<Message>()(await zexa.messages.wait('msg_1', { until: 'sent' }, { deadline: 60_000 }))
  is<List<SenderId>>()(zexa.senderIds.list())
  const campaign = { name: 'July', channel: 'sms', contactListId: 'lst_1', senderId: 'ZEXA', body: 'Hello' }
  is<Campaign>()(await zexa.campaigns.create(campaign))
  is<List<Campaign>>()(zexa.campaigns.list({ perPage: 10 }))
  is<Campaign>()(await zexa.campaigns.get('cmp_1'))
  is<Campaign>()(await zexa.campaigns.wait('cmp_1', { until: 'final' }))
  is<Contact>()(await zexa.contacts.create({ name: 'Ana', phone: '+244912345678', lists: ['lst_1'], email: null }))
  is<List<Contact>>()(
    zexa.contacts.list({ listId: 'lst_1', search: 'Ana' }, { signal, query: { tag: ['a', 1, null] } }),
  )
  is<void>()(await zexa.contacts.delete('cnt_1', { deadline: 1000 }))
  is<Webhook>()(await zexa.webhooks.create({ url: 'https://shop.example/zexa', events: ['message.delivered'] }))
  is<Credits>()(await zexa.credits.get({ signal }))
}

/** Arguments with other types: any string, and read-only arrays. */
export async function argumentsOfPrograms(zexa: Zexa, channel: string, lists: readonly string[], search?: string) {
  await zexa.messages.send({ channel, to: '+244912345678', from: 'ZEXA', body: undefined, html: null })
  await zexa.messages.send({ channel: 'pigeon', to: '+244912345678', from: 'ZEXA' })
  await zexa.contacts.create({ name: 'Ana', phone: '+244912345678', lists })
  await zexa.contacts.list({ search })
  await zexa.contacts.list(null, null)
  await zexa.webhooks.create({ url: 'https://shop.example/zexa', events: ['message.optout', 'of.tomorrow'] as const })
}

export async function requests(zexa: Zexa) {
  is<Promise<Response>>()(zexa.request('GET', '/credits'))
  const query = { dry: true, n: 2, tag: ['a', 'b'], page: undefined }
  const { status, body } = await zexa.request('POST', '/newsletters', { query, body: { a: [1] } }, { maxRetries: 0 })
  is<number>()(status)
  is<unknown>()(body)
  is<{ total: number }>()((await zexa.request<{ total: number }>('GET', '/reports')).body)
  await zexa.request('GET', '/contacts', { query: new URLSearchParams('page=2') })
}

export async function lists(contacts: List<Contact>) {
  for await (const contact of contacts) is<Contact>()(contact)
  for await (const page of contacts.pages()) is<Page<Contact>>()(page)
  is<Pages<Contact>>()(contacts.pages())
  is<boolean[]>()([contacts.isIncomplete, contacts.pages().isIncomplete])
  const page = await contacts
  is<Page<Contact>>()(page)
  is<Page<Contact>>()(await contacts.page(2))
  is<Contact[]>()(page.items)
  is<Contact | undefined>()(page.items[0])
  is<number>()(page.page)
  is<(number | undefined)[]>()([page.total, page.perPage])
  is<Contact[]>()(await contacts.toArray())
  is<Contact[]>()(await contacts.toArray({ limit: 10 }))
  // A list is a promise.
  const [first, credits] = await Promise.all([contacts, new Zexa().credits.get()])
  is<Page<Contact>>()(first)
  is<Credits>()(credits)
  is<Promise<number | undefined>>()(contacts.then(({ total }) => total))
}

export function costs(message: SendMessageParams) {
  is<Segments>()(segments('Hello'))
  is<number | undefined>()(estimate(message))
}

export function payloads(text: string, bytes: Uint8Array, buffer: Buffer) {
  is<WebhookEvent>()(parseEvent(text))
  is<WebhookEvent>()(parseEvent(bytes))
  is<WebhookEvent>()(parseEvent(buffer))
}
