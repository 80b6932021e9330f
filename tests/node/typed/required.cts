// The package as programs have it that use `require()`: the same types.
import zexa = require('zexa')

import { type Message, Zexa } from 'zexa'

export const client: zexa.Zexa = new Zexa()
export const { isFinal } = zexa.MessageStatus
export async function status(id: string): Promise<zexa.MessageStatus> {
  const message: Message = await client.messages.get(id)
  return message.status
}
