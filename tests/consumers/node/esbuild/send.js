// Sends a message. The package zexa is part of the bundle.
import Zexa from 'zexa'

async function main() {
  const message = await new Zexa().messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
  console.log(`${message.id} is ${message.status}`)
}

main()
