// The types in a CommonJS module. The compiler reads this file; it is never run.
import zexa = require('zexa')

async function send(client: zexa.Zexa, status: zexa.MessageStatus): Promise<zexa.Message> {
  if (zexa.MessageStatus.isFinal(status)) throw new zexa.ZexaError('too late')
  return client.messages.send({ channel: zexa.Channel.Sms, to: '+244912345678', from: 'ZEXA', body: 'Hello' })
}

export = { send }
