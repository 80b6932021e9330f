// Sends a message from a CommonJS module.
'use strict'

const { Zexa } = require('zexa')

async function main() {
  const zexa = new Zexa() // ZEXA_API_KEY, ZEXA_BASE_URL
  const message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
  console.log(`${message.id} is ${message.status}`)
}

main()
