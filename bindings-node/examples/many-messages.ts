// Sends a message to each contact of a list, with a limited number of calls in flight.
//
// Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. Argument: the id of the contact list, optional.
// To send the same text to all contacts, create a campaign instead.
import { type Contact, Zexa, ZexaError } from 'zexa'

const MAX_IN_FLIGHT = 10

/** Sends a message, and returns a description of the result. A failure does not affect other contacts. */
async function greet(zexa: Zexa, contact: Contact): Promise<string> {
  if (contact.phone === undefined) return 'has no phone number'
  try {
    const body = `Olá, ${contact.name}!`
    const message = await zexa.messages.send({ channel: 'sms', to: contact.phone, from: 'ZEXA', body })
    return `${message.id} is ${message.status}`
  } catch (error) {
    if (!(error instanceof ZexaError)) throw error
    return `${error.outcome}: ${error}`
  }
}

/** Runs `work` for all items, at most `limit` at a time. Returns the results in the order of the items. */
async function forAll<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}

try {
  const zexa = new Zexa()
  const contacts = await zexa.contacts.list({ listId: process.argv[2] ?? 'lst_demo' }).toArray()
  const results = await forAll(contacts, MAX_IN_FLIGHT, (contact) => greet(zexa, contact))
  for (const [index, contact] of contacts.entries()) console.log(`${contact.name}: ${results[index]}`)
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error}`)
  process.exitCode = 1
}
