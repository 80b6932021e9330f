// The benchmark programs work. `cargo xtask bench` measures them, on an idle machine.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { ROOT } from './sandbox.mjs'

const MAIN = join(ROOT, 'tests', 'benchmarks', 'node', 'main.mjs')
const CLIENTS = ['zexa', 'undici', 'node:http', 'fetch']
const ROUNDS = [
  ...[...CLIENTS, 'raw socket'].map((client) => ['first-calls', client]),
  ...CLIENTS.map((client) => ['64-at-once', client]),
  ...CLIENTS.map((client) => ['contacts', client]),
  ...['nothing', 'zexa', 'undici', 'node:http'].map((client) => ['import', client]),
]

let server
let url

/** The benchmark server, which is built next to the sandbox. */
before(async () => {
  const folder = process.env.ZEXA_SANDBOX ? dirname(process.env.ZEXA_SANDBOX) : join(ROOT, 'target', 'debug')
  const program = join(folder, 'zexa-bench-server')
  assert.ok(existsSync(program), `${program} is missing: run cargo build -p zexa-benchmarks`)
  server = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(server.stdout), 'line')
  url = `http://${line.trim()}`
})

/** The server ends when its standard input is closed. */
after(async () => {
  server?.stdin.end()
  if (server?.exitCode === null) await once(server, 'exit')
})

for (const [work, client] of ROUNDS) {
  test(`a round of ${work} by ${client}`, async () => {
    const program = spawn(process.execPath, [MAIN, work, client, url, '--short'], { stdio: ['pipe', 'pipe', 'pipe'] })
    const said = Promise.all([text(program.stdout), text(program.stderr), once(program, 'exit')])
    program.stdin.end('go\n')
    const [output, errors, [status]] = await said
    assert.deepEqual([status, errors], [0, ''])
    const [ready, times, ...more] = output.split('\n')
    assert.deepEqual([ready, more], ['ready', ['']])
    const numbers = times.split(' ').map(Number)
    assert.equal(numbers.length, 2)
    assert.ok(
      numbers.every((number) => number > 0),
      times,
    )
  })
}
