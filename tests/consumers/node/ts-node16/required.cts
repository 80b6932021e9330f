// Sends a message. TypeScript compiles the import to `require()`.
import { type Message, Zexa, ZexaError } from 'zexa'

async function send(zexa: Zexa): Promise<Message> {
  return await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
}

send(new Zexa()).then(
  (message) => console.log(`${message.id} is ${message.status}`),
  (error: unknown) => {
    console.error(error instanceof ZexaError ? error.outcome : error)
    process.exitCode = 1
  },
)
