// Runs a program in a process of its own, talks to it, and sees to it that it ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Milliseconds after which a program that hangs is ended. None comes near, even on a busy machine. */
const PATIENCE = 300_000

/** A running program of this folder. What it prints is read line by line. */
export class Program {
  #running
  #ended
  #lines
  #errors = ''

  /** `server` is what `newClient` of the program is for; `flags` are those of Node. */
  constructor(file, args = [], { server, flags = [], environment = {} } = {}) {
    const path = fileURLToPath(new URL(file, import.meta.url))
    this.#running = spawn(process.execPath, [...flags, path, ...args.map(String)], {
      env: { ...process.env, ...variables(server), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    })
    this.#running.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text
    })
    this.#ended = once(this.#running, 'close')
    this.#lines = createInterface(this.#running.stdout)[Symbol.asyncIterator]()
  }

  /** The next line that it prints. */
  async line() {
    const { value, done } = await this.#lines.next()
    assert.ok(!done, `it says no more, but on stderr:\n${this.#errors}`)
    return value
  }

  /** The next line, which is JSON. */
  async told() {
    return JSON.parse(await this.line())
  }

  kill(signal) {
    this.#running.kill(signal)
  }

  /** Waits for its end. Gives the rest of the lines that it printed. `errors` is what it has to say on stderr. */
  async end({ status = 0, signal = null, errors = '' } = {}) {
    const lines = []
    for await (const line of { [Symbol.asyncIterator]: () => this.#lines }) lines.push(line)
    const ended = await this.#ended
    assert.deepEqual(ended, [status, signal], `it said ${lines.join(', ')}, and on stderr:\n${this.#errors}`)
    if (errors instanceof RegExp) assert.match(this.#errors, errors)
    else assert.equal(this.#errors, errors)
    return lines
  }
}

/** Runs a program to its end, which has to be a good one. Gives the lines that it printed. */
export function run(file, args, options, expected) {
  return new Program(file, args, options).end(expected)
}

/** The environment in which a program finds the server. The runner of tests has its own, of which it is not to know. */
function variables(server) {
  const { url, apiKey, control, caFile } = server ?? {}
  const told = { url, api_key: apiKey, control, ca_file: caFile }
  return { ZEXA_TEST_SERVER: server && JSON.stringify(told), NODE_TEST_CONTEXT: undefined }
}
