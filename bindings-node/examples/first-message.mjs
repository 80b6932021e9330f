// Sends a message from an ECMAScript module. Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox.
import { Zexa, ZexaError } from 'zexa'

const zexa = new Zexa()
try {
  const message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
  console.log(message.id, 'is', message.status)
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error}`)
  process.exitCode = 1
}
