// A worker thread that has ended leaves no API key in the memory of its process.
//
// V8 does not overwrite the memory of strings, and keeps it until the end of a thread. Therefore, the client is in a thread of its own.
import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { test } from 'node:test'
import { Program } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

const KEY = 'zx_live_Hf6Yd2Np9Sa4Wu1Eg7Ck'
/** Changes each byte, so that the arguments of the program do not contain the key. */
const MASK = 0x15

/** How often the writable memory of a process contains the text. */
function count(pid, text) {
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  let found = 0
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
    if (start) found += countBetween(memory, Number.parseInt(start, 16), Number.parseInt(end, 16), text)
  }
  closeSync(memory)
  return found
}

function countBetween(memory, start, end, text) {
  const buffer = Buffer.alloc(end - start)
  let size
  try {
    size = readSync(memory, buffer, 0, buffer.length, start)
  } catch {
    return 0 // a special mapping
  }
  const read = buffer.subarray(0, size)
  let found = 0
  for (let at = read.indexOf(text); at !== -1; at = read.indexOf(text, at + 1)) found += 1
  return found
}

for (const [name, state] of Object.entries({ http: {}, tls: { tls: true } })) {
  test(name, { skip: process.platform !== 'linux' && 'reads /proc' }, async (t) => {
    const server = await serverFor(t, { state: { ...state, api_key: KEY } })
    const { apiKey, ...options } = server.options
    const masked = Buffer.from(apiKey.split('').map((letter) => letter.charCodeAt(0) ^ MASK)).toString('hex')
    const program = new Program('memory.mjs', [masked, JSON.stringify(options)], { stdin: 'pipe' })
    assert.equal(await program.line(), 'in use')
    assert.notEqual(count(program.pid, KEY), 0)
    program.tell()
    assert.equal(await program.line(), 'ended')
    assert.equal(count(program.pid, KEY), 0)
    program.tell()
    await program.end()
  })
}
