// Many large answers come while JavaScript is busy, and wait for it to take them.
import { execFileSync } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main, newClient, say } from './support.mjs'

function sockets() {
  return readdirSync('/proc/self/fd').filter((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`).startsWith('socket:')
    } catch {
      return false
    }
  }).length
}

const CASES = {
  async flood(count, bytes) {
    const client = newClient({ timeout: 60_000 })
    const came = []
    const before = sockets()
    const calls = Array.from({ length: Number(count) }, async (_, number) => {
      const { body } = await client.request('GET', `/large/${number}`)
      came.push(number)
      return body.length
    })
    // What is asked for last, and has a small answer, is not lost among the others.
    const small = client.credits.get()
    // No answer is taken before the server has told all, and the client has read them to their ends.
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'all_answered', String(calls.length + 1)])
    while (sockets() > before);
    const lengths = await Promise.all(calls)
    // A text in JSON is in quotes.
    say([lengths.every((length) => length + 2 === Number(bytes)), new Set(came).size, (await small).credits])
  },

  /** Ends when the server has told all answers. */
  async all_answered(count) {
    const { connectionsClosed } = await import('../abort_helpers.mjs')
    const { server } = await import('./support.mjs')
    await server.requests(Number(count))
    await connectionsClosed(server)
  },
}

await main(CASES)
