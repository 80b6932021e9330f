// Sends a message immediately, and another one after each SIGCONT, and prints the results.
import { once } from 'node:events'
import { Zexa } from '../zexa.mjs'
import { say, sms } from './messages.mjs'

const zexa = new Zexa({ maxRetries: 0 })
// An idle client does not keep the process alive.
setInterval(() => {}, 60_000)
for (;;) {
  const continued = once(process, 'SIGCONT')
  try {
    say((await zexa.messages.send(sms('Hello'))).id)
  } catch (error) {
    say(`${error.message} (${error.outcome})`)
  }
  await continued
}
