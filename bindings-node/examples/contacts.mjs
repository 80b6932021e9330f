// Contacts: adding them, searching, reading a whole list and a page of it, and deleting.
//
// It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL.
import { ConflictError, Zexa, ZexaError } from 'zexa'

// The contact list, which exists: the API has no way to make one.
const LIST = 'lst_demo'
// As they may come from a file.
const PEOPLE = [
  { name: 'Ana Domingos', phone: '+244923456789' },
  { name: 'Beto Neto', phone: '+244923456790' },
  { name: 'Ana Domingos', phone: '+244923456789' },
]

/**
 * Adds a contact, and says whether it is new. One that has the number already will do.
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
    // Deleted by somebody else in between.
    if (!contact) throw error
    return { contact, isNew: false }
  }
}

async function main() {
  const zexa = new Zexa()
  const added = []
  for (const person of PEOPLE) {
    const { contact, isNew } = await add(zexa, person)
    console.log(isNew ? 'added' : 'there already:', contact.id)
    if (isNew) added.push(contact)
  }

  // Nothing is fetched before the loop, which asks for further pages while it goes on.
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
