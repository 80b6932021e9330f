// Sends a message from a module for a bundler. TypeScript does not know the types of Node here.
import Zexa, { MessageStatus } from 'zexa'

const controller = new AbortController()
const zexa = new Zexa({ timeout: 10_000 })
const message = await zexa.messages.send(
  { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' },
  { signal: controller.signal },
)
const status: MessageStatus = message.status
if (MessageStatus.isFinal(status)) throw new Error(`it cannot be ${status} yet`)
console.log(`${message.id} is ${status}`)
