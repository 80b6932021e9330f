// The benchmarks do their work. How long that takes is for `cargo xtask bench` to say, on a machine that is quiet.
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
  ...[...CLIENTS, 'raw socket'].map((client) => ['one-call', client]),
  ...CLIENTS.map((client) => ['64-at-once', client]),
  ...CLIENTS.map((client) => ['contacts', client]),
  ...['nothing', 'zexa', 'undici', 'node:http'].map((client) => ['import', client]),
]

let server
let url

/** The server that clients are measured with is built beside the sandbox. */
before(async () => {
  const folder = process.env.ZEXA_SANDBOX ? dirname(process.env.ZEXA_SANDBOX) : join(ROOT, 'target', 'debug')
  const program = join(folder, 'zexa-bench-server')
  assert.ok(existsSync(program), `${program} is lacking: cargo build -p zexa-benchmarks`)
  server = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(server.stdout), 'line')
  url = `http://${line.trim()}`
})

/** It ends with its standard input. */
after(async () => {
  server?.stdin.end()
  if (server?.exitCode === null) await once(server, 'exit')
})

for (const [work, client] of ROUNDS) {
  test(`a round of ${work} by ${client}`, async () => {
    const program = spawn(process.execPath, [MAIN, work, client, url], { stdio: ['pipe', 'pipe', 'pipe'] })
    const said = Promise.all([text(program.stdout), text(program.stderr), once(program, 'exit')])
    program.stdin.end('go\n')
    const [told, errors, [status]] = await said
    assert.deepEqual([status, errors], [0, ''])
    const [ready, times, ...more] = told.split('\n')
    assert.deepEqual([ready, more], ['ready', ['']])
    const numbers = times.split(' ').map(Number)
    assert.equal(numbers.length, 2)
    assert.ok(
      numbers.every((number) => number > 0),
      times,
    )
  })
}
