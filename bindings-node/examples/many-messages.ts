// A message to each contact of a list, many at once and never more than a few.
//
// It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. The contact list may be given as an argument. For the same words
// to everybody there are campaigns; this is for messages that differ.
import { type Contact, Zexa, ZexaError } from 'zexa'

const AT_ONCE = 10

/** Sends it, and says what became of it. A failure is for this contact alone: the others go on. */
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

/** Does it for all of them, for so many at once. What it gives comes in the order of the items. */
async function forAll<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

try {
  const zexa = new Zexa()
  const contacts = await zexa.contacts.list({ listId: process.argv[2] ?? 'lst_demo' }).toArray()
  const results = await forAll(contacts, AT_ONCE, (contact) => greet(zexa, contact))
  for (const [index, contact] of contacts.entries()) console.log(`${contact.name}: ${results[index]}`)
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error}`)
  process.exitCode = 1
}
