// Sends a message, with the default export.
import Zexa, { Zexa as named } from 'zexa'

if (Zexa !== named) throw new Error('there are two classes')
const message = await new Zexa().messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
console.log(`${message.id} is ${message.status}`)
