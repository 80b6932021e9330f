// Sends a message after each SIGCONT, and prints its outcome. The limits of the process are set from outside.
import { once } from 'node:events'
import { newClient, say, send } from './support.mjs'

const zexa = newClient({ maxRetries: 0 })
// An idle client does not keep the process alive.
setInterval(() => {}, 60_000)
let continued = once(process, 'SIGCONT')
say('ready')
for (;;) {
  await continued
  continued = once(process, 'SIGCONT')
  try {
    await send(zexa, 'Hello')
    say('sent')
  } catch (error) {
    say(error.outcome ?? String(error))
  }
}
