// What TypeScript is to object to. A line without a fault, where one is expected, is a fault itself.
import type { Message } from 'zexa'
import { type RateLimitError, Zexa } from 'zexa'

// @ts-expect-error: no such option
new Zexa({ api_key: 'x' })
// @ts-expect-error: times are numbers of milliseconds
new Zexa({ timeout: '30s' })
// @ts-expect-error: a logger has both
new Zexa({ logger: { debug: () => {} } })

const zexa = new Zexa()
// @ts-expect-error: it comes from somebody
zexa.messages.send({ channel: 'sms', to: '+244912345678', body: 'Hello' })
// @ts-expect-error: camelCase
zexa.messages.send({ channel: 'sms', to: 'x', from: 'y', body: 'z', scheduled_at: new Date() })
// @ts-expect-error: no such option of a call
zexa.messages.get('msg_1', { apiKey: 'x' })
// @ts-expect-error: an id is a string
zexa.messages.get(1)
// @ts-expect-error: no such resource
zexa.templates.list()
// @ts-expect-error: no such operation
zexa.messages.delete('msg_1')
// @ts-expect-error: contacts have names
zexa.contacts.create({ phone: '+244912345678' })
// @ts-expect-error: that is no status, and a wait has none of its own
zexa.messages.wait('msg_1', 'delivered')

export async function faults(message: Message): Promise<void> {
  // @ts-expect-error: it may be absent
  message.sentAt.getTime()
  // @ts-expect-error: a promise, not a message
  zexa.messages.get('msg_1').status
  // @ts-expect-error: nobody knows what it is
  message.extra['cost'].toFixed()
  // @ts-expect-error: not a list, but what is listed
  for (const contact of zexa.contacts.list()) console.log(contact)
  // @ts-expect-error: it has items
  for (const contact of await zexa.contacts.list()) console.log(contact)
}

export function ofKind(error: RateLimitError): boolean {
  // @ts-expect-error: it is of another kind
  return error.kind === 'server'
}
