// The sandbox program, and its servers, one for each test.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

// Variables that would change the behaviour of clients.
for (const name of [
  'ZEXA_API_KEY',
  'ZEXA_BASE_URL',
  'ZEXA_LOG',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
]) {
  delete process.env[name]
  delete process.env[name.toLowerCase()]
}

/** The sandbox rejected a control request. */
export class ControlError extends Error {}

/** The path of the program: ZEXA_SANDBOX, else the one that `cargo build -p zexa-sandbox` builds. */
export function sandboxProgram() {
  const program = process.env.ZEXA_SANDBOX || `${ROOT}target/debug/zexa-sandbox`
  if (!existsSync(program)) {
    throw new Error(`${program} is missing: run cargo build -p zexa-sandbox, or set ZEXA_SANDBOX`)
  }
  return program
}

/** A running sandbox. It ends with this process at the latest. */
export class Sandbox {
  #process

  /** Starts the program. */
  static async start(...flags) {
    const program = sandboxProgram()
    // In a separate process group, so that Ctrl-C ends the tests only.
    const running = spawn(program, ['--exit-with-parent', ...flags], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    })
    const [line] = await once(createInterface(running.stdout), 'line')
    // It must not keep the test process alive.
    for (const one of [running, running.stdin, running.stdout]) one.unref()
    return new Sandbox(running, JSON.parse(line))
  }

  constructor(running, started) {
    this.#process = running
    this.control = started.control
    /** The program's own server. */
    this.server = new Server(started)
  }

  /** Starts a server with its own `state` and `faults`, as in scenarios. */
  async startServer(described = {}) {
    return new Server(await send('POST', `${this.control}/instances`, described))
  }

  /** The mismatches between patterns and actual values. */
  async mismatches(expected, actual) {
    return (await send('POST', `${this.control}/match`, { expected, actual })).mismatches
  }

  end() {
    this.#process.kill('SIGKILL')
  }
}

/** A server of a sandbox: its URL, API key and control URL. */
export class Server {
  constructor(started) {
    this.url = started.url
    this.apiKey = started.api_key
    this.control = started.control
    this.caFile = started.ca_file
    // A client certificate that the server accepts.
    this.clientCertFile = started.client_cert_file
    this.clientKeyFile = started.client_key_file
  }

  /** The options of a client for this server. */
  get options() {
    return { baseUrl: this.url, apiKey: this.apiKey, ...(this.caFile && { caFile: this.caFile }) }
  }

  /** The environment of a program that uses this server. */
  get environment() {
    return { ...process.env, ZEXA_BASE_URL: this.url, ZEXA_API_KEY: this.apiKey }
  }

  /** All received requests, in order. Waits until there are at least `atLeast`. */
  async requests(atLeast = 0) {
    return (await this.get(`requests?at_least=${atLeast}`)).requests
  }

  /** All messages on the server, in order. */
  async messages() {
    return (await this.get('messages')).messages
  }

  async contacts() {
    return (await this.get('contacts')).contacts
  }

  /** The deliveries to webhooks, each with its `payload` and `attempts`. */
  async deliveries() {
    return (await this.get('deliveries')).deliveries
  }

  /** The clock, balance, counters, `connections` (accepted in total) and `open_connections`. */
  state() {
    return this.get('state')
  }

  /** Adds a fault, such as `fault({ method: 'POST', status: 503 })`. */
  fault(fault) {
    return send('POST', `${this.control}/faults`, fault)
  }

  /** Removes all faults. */
  forgetFaults() {
    return send('DELETE', `${this.control}/faults`)
  }

  /** Advances the clock. */
  advance(seconds) {
    return send('POST', `${this.control}/advance`, { seconds })
  }

  get(what) {
    return send('GET', `${this.control}/${what}`)
  }

  end() {
    return send('DELETE', this.control)
  }
}

let shared

/** The sandbox of this process, started on first use. */
export function sandbox() {
  shared ??= Sandbox.start()
  return shared
}

/** A server of the test `t`, which ends with the test. */
export async function serverFor(t, described) {
  const server = await (await sandbox()).startServer(described)
  t.after(() => server.end())
  return server
}

/** Sends a request to a control URL. */
async function send(method, url, body) {
  const response = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new ControlError(`the sandbox responded to ${method} ${url} with ${response.status}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}
