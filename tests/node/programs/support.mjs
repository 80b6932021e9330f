// What the programs share: the server that they were started for, and clients of it.
import { Server } from '../sandbox.mjs'
import { Zexa } from '../zexa.mjs'
import { arrived, sms } from './messages.mjs'

export { say } from './messages.mjs'

export const server = new Server(JSON.parse(process.env.ZEXA_TEST_SERVER))

export function newClient(options) {
  return new Zexa({ ...server.options, ...options })
}

export function send(client, body, options) {
  return client.messages.send(sms(body), options)
}

/** Begins so many calls that nobody waits for. Resolves when the server has them all. */
export async function beginCalls(client, count) {
  for (let number = 0; number < count; number += 1) send(client, number).catch(() => {})
  await arrived(server, count)
}

/** Runs the function that the command line names. */
export function main(cases) {
  const [, , name, ...args] = process.argv
  return cases[name](...args)
}
