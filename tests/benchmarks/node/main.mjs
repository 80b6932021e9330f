// Runs one benchmark with one client. For each line on stdin, runs one round and prints wall and CPU time per operation
// in microseconds.
//
//     node tests/benchmarks/node/main.mjs BENCHMARK CLIENT URL [--short]
//     node tests/benchmarks/node/main.mjs memory CLIENT URL CALLS
//
// With --short, rounds are too short to measure, but show that a benchmark works. `memory` prints the resident memory in KB
// after a tenth of the calls and after all of them.
import { execFileSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CLIENTS, PROGRAMS } from './clients.mjs'

const [benchmark, client, url, option] = process.argv.slice(2)
const short = option === '--short'

// Enough calls to see a difference, but few enough that the rounds of different clients follow each other closely.
const CALLS = short ? 10 : 300
const CALLS_EACH = short ? 1 : 20
const CONCURRENCY = 64
const STARTS = short ? 1 : 3

// V8 optimizes the code of a client over several thousand calls. The benchmark `warm` measures the state after this many calls.
const WARM_UP_CALLS = short ? 20 : 20_000
const FIRST_CALLS = short ? 10 : 5_000

const BENCHMARKS = {
  /** The first calls of a process. The process runs one round, without a warm-up. */
  async 'first-calls'(client, url) {
    const { send } = await CLIENTS[client](url, 1)
    return { operations: FIRST_CALLS, runRound: () => repeat(send, FIRST_CALLS), isCold: true }
  },

  async warm(client, url) {
    const calls = repeatedCalls(await CLIENTS[client](url, 1))
    for (let done = 0; done < WARM_UP_CALLS; done += calls.operations) await calls.runRound()
    return calls
  },

  '64-at-once': concurrentCalls,
  'latency-64': concurrentCalls,

  async contacts(client, url) {
    const { contacts } = await CLIENTS[client](url, 1)
    async function runRound() {
      let count = 0
      for await (const { createdAt } of contacts()) if (createdAt instanceof Date) count += 1
      if (count !== 10_000) throw new Error(`${client} reads ${count} contacts`)
    }
    return { operations: 1, runRound }
  },

  /** Starts a program that loads a package and creates a client. The program reports its own CPU time, which Node cannot query for children. */
  import(client) {
    const report = 'const { user, system } = process.cpuUsage(); console.log(user + system)'
    const command = ['-e', `${PROGRAMS[client]}; ${report}`]
    const options = { cwd: import.meta.dirname, encoding: 'utf8' }
    function runRound() {
      let used = 0
      for (let start = 0; start < STARTS; start += 1) used += Number(execFileSync(process.execPath, command, options))
      return used
    }
    return { operations: STARTS, runRound }
  },
}

async function concurrentCalls(client, url) {
  const { send } = await CLIENTS[client](url, CONCURRENCY)
  const runRound = () => Promise.all(Array.from({ length: CONCURRENCY }, () => repeat(send, CALLS_EACH)))
  return { operations: CONCURRENCY * CALLS_EACH, runRound }
}

function repeatedCalls({ send }) {
  return { operations: CALLS, runRound: () => repeat(send, CALLS) }
}

async function repeat(action, times) {
  for (let done = 0; done < times; done += 1) await action()
}

/** CPU time of all threads of this process. */
function cpu() {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Makes many calls, and prints the resident memory after a tenth of them and after all. */
async function measureMemory(client, url, calls) {
  const { send } = await CLIENTS[client](url, 1)
  await repeat(send, calls / 10)
  const before = resident()
  await repeat(send, calls - calls / 10)
  console.log(before, resident())
}

/** Resident memory in KB, without garbage that V8 has not collected yet. */
function resident() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return Math.round(process.memoryUsage.rss() / 1024)
}

if (benchmark === 'memory') {
  await measureMemory(client, url, Number(option))
  process.exit()
}
const { operations, runRound, isCold } = await BENCHMARKS[benchmark](client, url)
// Warm up: the first round is not measured.
if (!isCold) await runRound()
console.log('ready')
for await (const _ of createInterface({ input: process.stdin })) {
  const before = { wall: performance.now(), cpu: cpu() }
  const reported = await runRound()
  const wall = (performance.now() - before.wall) * 1e3
  const used = typeof reported === 'number' ? reported : cpu() - before.cpu
  console.log(wall / operations, used / operations)
}
// Connections that a client keeps open would keep the process alive.
process.exit()
