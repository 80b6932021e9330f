// Shared test data: requests, clients, and an object of each type that the API returns.
import { serverFor } from './sandbox.mjs'
import { Zexa } from './zexa.mjs'

export const SMS = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'the code is 4711' }
export const CAMPAIGN = {
  name: 'July',
  channel: 'sms',
  contactListId: 'lst_demo',
  senderId: 'ZEXA',
  body: 'Hello everybody',
}
export const CONTACT = { name: 'Ana Domingos', phone: '+244923456789' }
export const WEBHOOK = { url: 'https://shop.example/zexa', events: ['message.delivered', 'message.failed'] }

/** Every field that the API returns, and an unknown one. */
export const RESPONSES = {
  message: {
    id: 'msg_1',
    status: 'delivered',
    channel: 'sms',
    to: '+244912345678',
    from: 'ZEXA',
    body: 'the code is 4711',
    created_at: '2026-07-01T09:00:00Z',
    scheduled_at: '2026-07-01T10:00:00.5Z',
    sent_at: '2026-07-01T10:00:01.123456Z',
    delivered_at: '2026-07-01T12:00:02+01:00',
    error: 'none',
    novel_field: { a_b: [1, null, true, 1.5, 'x'] },
  },
  campaign: {
    id: 'cmp_1',
    name: 'July',
    status: 'sending',
    channel: 'email',
    created_at: '2026-07-01T09:00:00Z',
    scheduled_at: '2026-07-02T09:00:00Z',
    total_recipients: 9,
    stats: { sent: 9, delivered: 4, failed: 3, undeliverable: 2, pending: 0, opened: 1 },
    novel: [],
  },
  contact: {
    id: 'cnt_1',
    name: 'Ana Domingos',
    phone: '+244923456789',
    lists: ['lst_1', 'lst_2'],
    created_at: '2026-07-01T09:00:00Z',
    email: 'ana.domingos@shop.example',
    novel: 'x',
  },
  senderId: {
    id: 'sid_1',
    sender_id: 'ZEXA',
    status: 'approved',
    channel: 'sms',
    use_case: 'otp',
    created_at: '2026-07-01T09:00:00Z',
    novel: 1,
  },
  webhook: {
    id: 'wh_1',
    url: 'https://shop.example/zexa',
    events: ['message.delivered', 'novel.event'],
    created_at: '2026-07-01T09:00:00Z',
    secret: 'whsec_4711',
    novel: null,
  },
  credits: { credits: 4250.5, currency: 'AOA', novel: false },
}

/** The message of `RESPONSES`, as the client returns it. */
export const MESSAGE = {
  id: 'msg_1',
  status: 'delivered',
  channel: 'sms',
  to: '+244912345678',
  from: 'ZEXA',
  body: 'the code is 4711',
  createdAt: new Date('2026-07-01T09:00:00Z'),
  scheduledAt: new Date('2026-07-01T10:00:00.500Z'),
  sentAt: new Date('2026-07-01T10:00:01.123Z'),
  deliveredAt: new Date('2026-07-01T11:00:02Z'),
  error: 'none',
  extra: { novel_field: { a_b: [1, null, true, 1.5, 'x'] } },
}

/** Parts of this data that must not appear in logs, error messages or the output of `inspect()`. */
export const PRIVATE = ['4711', '+244912345678', '912345678', '923456789', 'Ana Domingos', 'ana.domingos@', 'Domingos']

/** Every operation, with valid arguments. */
export const OPERATIONS = {
  'messages.send': (client, options) => client.messages.send(SMS, options),
  'messages.get': (client, options) => client.messages.get('msg_1', options),
  'messages.wait': (client, options) => client.messages.wait('msg_1', {}, options),
  'senderIds.list': (client, options) => client.senderIds.list({}, options),
  'campaigns.create': (client, options) => client.campaigns.create(CAMPAIGN, options),
  'campaigns.list': (client, options) => client.campaigns.list({}, options),
  'campaigns.get': (client, options) => client.campaigns.get('cmp_1', options),
  'campaigns.wait': (client, options) => client.campaigns.wait('cmp_1', {}, options),
  'contacts.create': (client, options) => client.contacts.create(CONTACT, options),
  'contacts.list': (client, options) => client.contacts.list({}, options),
  'contacts.delete': (client, options) => client.contacts.delete('cnt_1', options),
  'webhooks.create': (client, options) => client.webhooks.create(WEBHOOK, options),
  'credits.get': (client, options) => client.credits.get(options),
  request: (client, options) => client.request('GET', '/credits', {}, options),
}

/** A server of the test `t`, and a client for it. */
export async function clientFor(t, options, described) {
  const server = await serverFor(t, described)
  return { server, client: new Zexa({ ...server.options, ...options }) }
}

/** The error with which a promise rejects. */
export async function caught(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** The error that a function throws synchronously. */
export function thrown(call) {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
