// The sandbox program, and the servers that it runs, one for each test.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

// No test depends on the environment that it happens to be run in: these would change how clients behave.
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

/** The sandbox does not know what it was asked for. */
export class Refused extends Error {}

/** A running sandbox, which ends with this process at the latest. */
export class Sandbox {
  #process

  /** Starts the program that ZEXA_SANDBOX names, or else the one that `cargo build -p zexa-sandbox` has made. */
  static async start(...flags) {
    const program = process.env.ZEXA_SANDBOX || `${ROOT}target/debug/zexa-sandbox`
    if (!existsSync(program)) {
      throw new Error(`${program} is lacking: cargo build -p zexa-sandbox, or say in ZEXA_SANDBOX where it is`)
    }
    // A process group of its own: Ctrl-C is for the tests alone.
    const running = spawn(program, ['--exit-with-parent', ...flags], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    })
    const [line] = await once(createInterface(running.stdout), 'line')
    // By itself it keeps no test process alive.
    for (const one of [running, running.stdin, running.stdout]) one.unref()
    return new Sandbox(running, JSON.parse(line))
  }

  constructor(running, started) {
    this.#process = running
    this.control = started.control
    /** The program's own server. */
    this.server = new Server(started)
  }

  /** A server with `state` and `faults` of its own, as scenarios describe it. */
  async startServer(described = {}) {
    return new Server(await send('POST', `${this.control}/instances`, described))
  }

  /** Where what came does not fit the patterns. */
  async mismatches(expected, actual) {
    return (await send('POST', `${this.control}/match`, { expected, actual })).mismatches
  }

  end() {
    this.#process.kill('SIGKILL')
  }
}

/** One server of a sandbox: what a client needs to reach it, and its control path. */
export class Server {
  constructor(started) {
    this.url = started.url
    this.apiKey = started.api_key
    this.control = started.control
    this.caFile = started.ca_file
  }

  /** The options of a client for this server. */
  get options() {
    return { baseUrl: this.url, apiKey: this.apiKey, ...(this.caFile && { caFile: this.caFile }) }
  }

  /** The environment of a program that uses this server. */
  get environment() {
    return { ...process.env, ZEXA_BASE_URL: this.url, ZEXA_API_KEY: this.apiKey }
  }

  /** All requests that it received, in order, once there are so many. */
  async requests(atLeast = 0) {
    return (await this.get(`requests?at_least=${atLeast}`)).requests
  }

  /** All messages that exist in it, in order. */
  async messages() {
    return (await this.get('messages')).messages
  }

  async contacts() {
    return (await this.get('contacts')).contacts
  }

  /** What it has posted to webhooks, each with its `payload` and `attempts`. */
  async deliveries() {
    return (await this.get('deliveries')).deliveries
  }

  /** Its time, balance, counts, `connections` ever accepted and `open_connections`. */
  state() {
    return this.get('state')
  }

  /** Makes it misbehave, such as `fault({ method: 'POST', status: 503 })`. */
  fault(fault) {
    return send('POST', `${this.control}/faults`, fault)
  }

  /** Forgets its faults: what comes from now on is answered as it should be. */
  forgetFaults() {
    return send('DELETE', `${this.control}/faults`)
  }

  /** Moves its time ahead. */
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

/** The sandbox of this process, started when it is first asked for. */
export function sandbox() {
  shared ??= Sandbox.start()
  return shared
}

/** A server of the test `t` alone, which ends with it. */
export async function serverFor(t, described) {
  const server = await (await sandbox()).startServer(described)
  t.after(() => server.end())
  return server
}

/** Makes a request to a control path. */
async function send(method, url, body) {
  const response = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Refused(`the sandbox answers ${method} ${url} with ${response.status}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}
