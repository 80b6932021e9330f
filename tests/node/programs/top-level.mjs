// A module with top-level await.
import { newClient, say, send } from './support.mjs'

const client = newClient()
export const { body } = await send(client, 'first')
say(body)
for await (const contact of client.contacts.list({ perPage: 1 })) {
  say(contact.id)
  break
}
say((await client.contacts.list()).items.length)
