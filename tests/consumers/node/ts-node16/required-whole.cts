// Sends a message, with the whole object that `require()` returns.
import zexa = require('zexa')

async function main(): Promise<void> {
  const client: zexa.Zexa = new zexa.Zexa()
  const message = await client.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
  console.log(`${message.id} is ${message.status}`)
}

void main()
