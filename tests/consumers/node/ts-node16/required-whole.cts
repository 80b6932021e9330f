// Sends a message, with the package as the one object that `require()` gives.
import zexa = require('zexa')

async function main(): Promise<void> {
  const client: zexa.Zexa = new zexa.Zexa()
  const message = await client.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
  console.log(`${message.id} is ${message.status}`)
}

void main()
