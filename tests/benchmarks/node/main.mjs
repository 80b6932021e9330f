// One client at one kind of work. For each line on its standard input it does a round of it, and prints what one piece
// took: wall and CPU time in microseconds.
//
//     node tests/benchmarks/node/main.mjs WORK CLIENT URL
import { execFileSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { CLIENTS, PROGRAMS } from './clients.mjs'

// Many enough to see a difference, and few enough that rounds of several clients come close after each other.
const CALLS = 500
const AT_ONCE = 64
const STARTS = 5

// V8 goes on making the code of a client faster for some thousand calls. What comes of that after as many is a work of its own.
const WARM = 20_000

const WORKS = {
  'one-call': async (client, url) => ofCalls(await CLIENTS[client](url, 1)),

  async warm(client, url) {
    const calls = ofCalls(await CLIENTS[client](url, 1))
    for (let done = 0; done < WARM; done += calls.pieces) await calls.play()
    return calls
  },

  async '64-at-once'(client, url) {
    const { send } = await CLIENTS[client](url, AT_ONCE)
    const each = 40
    const play = () => Promise.all(Array.from({ length: AT_ONCE }, () => repeat(send, each)))
    return { pieces: AT_ONCE * each, play }
  },

  async contacts(client, url) {
    const { contacts } = await CLIENTS[client](url, 1)
    async function play() {
      let count = 0
      for await (const { createdAt } of contacts()) if (createdAt instanceof Date) count += 1
      if (count !== 10_000) throw new Error(`${client} reads ${count} contacts`)
    }
    return { pieces: 1, play }
  },

  /** What a program takes that loads a client, and makes one. Its own CPU time is told by itself: nobody else is. */
  import(client) {
    const tell = 'const { user, system } = process.cpuUsage(); console.log(user + system)'
    const command = ['-e', `${PROGRAMS[client]}; ${tell}`]
    const options = { cwd: import.meta.dirname, encoding: 'utf8' }
    function play() {
      let used = 0
      for (let start = 0; start < STARTS; start += 1) used += Number(execFileSync(process.execPath, command, options))
      return used
    }
    return { pieces: STARTS, play }
  },
}

function ofCalls({ send }) {
  return { pieces: CALLS, play: () => repeat(send, CALLS) }
}

async function repeat(action, times) {
  for (let done = 0; done < times; done += 1) await action()
}

/** Of all threads of this process. */
function cpu() {
  const { user, system } = process.cpuUsage()
  return user + system
}

const [work, client, url] = process.argv.slice(2)
const { pieces, play } = await WORKS[work](client, url)
// What is done once is not measured.
await play()
console.log('ready')
for await (const _ of createInterface({ input: process.stdin })) {
  const before = { wall: performance.now(), cpu: cpu() }
  const told = await play()
  const wall = (performance.now() - before.wall) * 1e3
  const used = typeof told === 'number' ? told : cpu() - before.cpu
  console.log(wall / pieces, used / pieces)
}
// Where a client keeps its connections, they keep the process.
process.exit()
