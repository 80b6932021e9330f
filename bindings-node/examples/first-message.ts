// Sends a message from TypeScript. Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox.
import { type Message, Zexa, ZexaError } from 'zexa'

async function greet(zexa: Zexa, to: string): Promise<Message> {
  return zexa.messages.send({ channel: 'sms', to, from: 'ZEXA', body: 'Hello' })
}

try {
  const message = await greet(new Zexa(), '+244912345678')
  console.log(message.id, 'is', message.status)
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error}`)
  process.exitCode = 1
}
