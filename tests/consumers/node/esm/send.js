// Sends a message from an ECMAScript module.
import { Zexa } from 'zexa'

const zexa = new Zexa() // ZEXA_API_KEY, ZEXA_BASE_URL
const message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
console.log(`${message.id} is ${message.status}`)
