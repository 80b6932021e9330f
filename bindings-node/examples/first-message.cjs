// Sends a message from a CommonJS module. Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox.
'use strict'

const { Zexa, ZexaError } = require('zexa')

async function main() {
  const zexa = new Zexa()
  const message = await zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' })
  console.log(message.id, 'is', message.status)
}

main().catch((error) => {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error}`)
  process.exitCode = 1
})
