// Sends a message, as a module does that imports the default export.
import Zexa, { type Message } from 'zexa'

const zexa: Zexa = new Zexa()
const message: Message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
console.log(`${message.id} is ${message.status}`)
