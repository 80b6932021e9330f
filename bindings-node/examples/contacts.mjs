// Contacts: creates, searches, lists and deletes them, and fetches one page.
//
// Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox.
import { ConflictError, Zexa, ZexaError } from 'zexa'

// An existing contact list: the API cannot create one.
const LIST = 'lst_demo'
// With a duplicate, as a file may contain.
const PEOPLE = [
  { name: 'Ana Domingos', phone: '+244923456789' },
  { name: 'Beto Neto', phone: '+244923456790' },
  { name: 'Ana Domingos', phone: '+244923456789' },
]

/**
 * Creates a contact, or finds the existing contact with the same number.
 *
 * @param {Zexa} zexa
 * @param {{ name: string, phone: string }} person
 */
async function add(zexa, { name, phone }) {
  try {
    return { contact: await zexa.contacts.create({ name, phone, lists: [LIST] }), isNew: true }
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    const [contact] = await zexa.contacts.list({ search: phone }).toArray({ limit: 1 })
    // It was deleted in the meantime.
    if (!contact) throw error
    return { contact, isNew: false }
  }
}

async function main() {
  const zexa = new Zexa()
  const added = []
  for (const person of PEOPLE) {
    const { contact, isNew } = await add(zexa, person)
    console.log(isNew ? 'added' : 'exists:', contact.id)
    if (isNew) added.push(contact)
  }

  // The loop fetches the pages as it needs them.
  for await (const contact of zexa.contacts.list({ listId: LIST })) console.log(`  ${contact.name}, ${contact.phone}`)

  const page = await zexa.contacts.list({ listId: LIST, perPage: 4 }).page(1)
  console.log(`the first page has ${page.items.length} of ${page.total}`)

  for (const contact of added) {
    await zexa.contacts.delete(contact.id)
    console.log('deleted', contact.id)
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error}`)
  process.exitCode = 1
}
