// Sends a message with its own text to each contact of a list, at most once.
//
// Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. Arguments: the id of the contact list, and the path of the ledger, both optional.
// The ledger records what was sent. If the program is interrupted, run it again: it sends the rest.
// To send the same text to all contacts, create a campaign instead.
import { type SendMessageParams, Zexa, ZexaError } from 'zexa'

const [, , listId = 'lst_demo', ledger = 'greetings.db'] = process.argv

/** The messages. They are made while the contacts are fetched and other messages are sent. */
async function* greetings(zexa: Zexa): AsyncGenerator<SendMessageParams> {
  for await (const { id, name, phone } of zexa.contacts.list({ listId })) {
    if (phone !== undefined) {
      yield { channel: 'sms', to: phone, from: 'ZEXA', body: `Olá, ${name}!`, idempotencyKey: id }
    }
  }
}

try {
  const zexa = new Zexa()
  const sending = zexa.messages.sendMany(greetings(zexa), { ledger, concurrency: 10 })
  for await (const { idempotencyKey, message, error, outcome } of sending) {
    console.log(`${idempotencyKey}: ${message ? `${message.id} is ${message.status}` : `${outcome}: ${error}`}`)
  }
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error}`)
  process.exitCode = 1
}
