// Sends a message, with the default export of the object that `require()` returns.
'use strict'

const { default: Zexa } = require('zexa')

async function main() {
  const zexa = new Zexa()
  const message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
  console.log(`${message.id} is ${message.status}`)
}

main()
