// Many large responses arrive while JavaScript is busy.
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
    // The last request has a small response.
    const small = client.credits.get()
    // Blocks until the server has sent all responses, and the client has read them.
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'all_answered', String(calls.length + 1)])
    while (sockets() > before);
    const lengths = await Promise.all(calls)
    // The JSON of a string has two quotes.
    say([lengths.every((length) => length + 2 === Number(bytes)), new Set(came).size, (await small).credits])
  },

  /** Ends when the server has sent all responses. */
  async all_answered(count) {
    const { connectionsClosed } = await import('../abort_helpers.mjs')
    const { server } = await import('./support.mjs')
    await server.requests(Number(count))
    await connectionsClosed(server)
  },
}

await main(CASES)
