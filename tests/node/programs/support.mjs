// Shared by the programs: the server for which they were started, and clients for it.
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

/** Starts `count` calls that nothing awaits. Resolves when the server has received all. */
export async function beginCalls(client, count) {
  for (let number = 0; number < count; number += 1) send(client, number).catch(() => {})
  await arrived(server, count)
}

/** Runs the function named on the command line. */
export function main(cases) {
  const [, , name, ...args] = process.argv
  return cases[name](...args)
}
