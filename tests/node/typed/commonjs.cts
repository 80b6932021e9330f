// What TypeScript knows of the package in a CommonJS module: the same. It is read by the compiler, and never run.
import zexa = require('zexa')

async function send(client: zexa.Zexa, status: zexa.MessageStatus): Promise<zexa.Message> {
  if (zexa.MessageStatus.isFinal(status)) throw new zexa.ZexaError('too late')
  return client.messages.send({ channel: zexa.Channel.Sms, to: '+244912345678', from: 'ZEXA', body: 'Hello' })
}

export = { send }
