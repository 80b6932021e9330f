// Sends a message from a TypeScript module.
import { type Message, type SendMessageParams, Zexa } from 'zexa'

const params: SendMessageParams = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
const message: Message = await new Zexa().messages.send(params)
console.log(`${message.id} is ${message.status}`)
