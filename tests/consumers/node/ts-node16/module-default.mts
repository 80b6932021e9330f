// Sends a message, with the default export, from a TypeScript module.
import Zexa, { type Message } from 'zexa'

const zexa: Zexa = new Zexa()
const message: Message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
console.log(`${message.id} is ${message.status}`)
