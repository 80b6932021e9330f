// Sends a message, with the default export. TypeScript compiles the import to `require()`.
import Zexa, { type Message } from 'zexa'

async function send(zexa: Zexa): Promise<Message> {
  return await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
}

void send(new Zexa()).then((message) => console.log(`${message.id} is ${message.status}`))
