// Runs a program in a separate process, and communicates with it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Milliseconds after which a hung program is killed. No program needs that long, even on a busy machine. */
const PATIENCE = 300_000

/** A running program of this folder. Its output is read line by line. */
export class Program {
  #running
  #ended
  #lines
  #errors = ''

  /**
   * `server` is the server for `newClient()` of the program; `flags` are options of Node; `cwd` is its working directory; `stdin` is `pipe` for a program
   * that reads lines.
   */
  constructor(file, args = [], { server, flags = [], environment = {}, cwd, stdin = 'ignore' } = {}) {
    const path = fileURLToPath(new URL(file, import.meta.url))
    this.#running = spawn(process.execPath, [...flags, path, ...args.map(String)], {
      env: { ...process.env, ...variables(server), ...environment },
      cwd,
      stdio: [stdin, 'pipe', 'pipe'],
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    })
    this.#running.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text
    })
    this.#ended = once(this.#running, 'close')
    this.#lines = createInterface(this.#running.stdout)[Symbol.asyncIterator]()
  }

  /** The next line of output. */
  async line() {
    const { value, done } = await this.#lines.next()
    assert.ok(!done, `no more output; stderr:\n${this.#errors}`)
    return value
  }

  /** The next line, parsed as JSON. */
  async json() {
    return JSON.parse(await this.line())
  }

  /** Whether the process is stopped, as by SIGSTOP. */
  get isStopped() {
    return /^State:\tT/m.test(readFileSync(`/proc/${this.#running.pid}/status`, 'utf8'))
  }

  get pid() {
    return this.#running.pid
  }

  /** Lets a program that waits for a line continue. */
  tell() {
    this.#running.stdin.write('\n')
  }

  kill(signal) {
    this.#running.kill(signal)
  }

  /** Waits for the end. Returns the remaining lines of output. `errors` is the expected output on stderr. */
  async end({ status = 0, signal = null, errors = '' } = {}) {
    const lines = []
    for await (const line of { [Symbol.asyncIterator]: () => this.#lines }) lines.push(line)
    const ended = await this.#ended
    assert.deepEqual(ended, [status, signal], `output: ${lines.join(', ')}; stderr:\n${this.#errors}`)
    if (errors instanceof RegExp) assert.match(this.#errors, errors)
    else assert.equal(this.#errors, errors)
    return lines
  }
}

/** Runs a program to its end, and checks that it succeeds. Returns the lines that it printed. */
export function run(file, args, options, expected) {
  return new Program(file, args, options).end(expected)
}

/** The environment of a program: the URL and key of the server, without the variables of the test runner. */
function variables(server) {
  const { url, apiKey, control, caFile } = server ?? {}
  const described = { url, api_key: apiKey, control, ca_file: caFile }
  return { ZEXA_TEST_SERVER: server && JSON.stringify(described), NODE_TEST_CONTEXT: undefined }
}
