// A process without file descriptors: nothing is sent, and the same client works when there are some again.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { bodies } from './programs/messages.mjs'
import { Program } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

/** Sets the soft limit of open files of another process. */
function limit(pid, files) {
  return spawnSync('prlimit', [`--pid=${pid}`, `--nofile=${files}:`], { encoding: 'utf8' })
}

const cannotLimit = limit(process.pid, 1024).status !== 0 && 'prlimit is not available'

test('calls without file descriptors are not sent', { skip: cannotLimit }, async (t) => {
  const server = await serverFor(t)
  const program = new Program('exhausted.mjs', [], { server })
  assert.equal(await program.line(), 'ready')
  const send = async (files) => {
    assert.equal(limit(program.pid, files).stderr, '')
    program.kill('SIGCONT')
    return program.line()
  }
  // Each iteration allows one more step: the event queue, then the connection.
  let files = readdirSync(`/proc/${program.pid}/fd`).length
  const outcomes = []
  do {
    outcomes.push(await send(files))
    files += 1
  } while (outcomes.at(-1) === 'not_sent')
  assert.ok(outcomes.length > 1 && outcomes.at(-1) === 'sent', String(outcomes))
  assert.equal(await send(1024), 'sent')
  assert.deepEqual(await bodies(server), ['Hello', 'Hello'])
  program.kill('SIGKILL')
  await program.end({ status: null, signal: 'SIGKILL' })
})
