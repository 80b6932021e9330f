// Runs the examples and the blocks of the documentation: temporary folders, and a server that posts events to receivers.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { transform } from 'esbuild'
import { Zexa } from 'zexa'
import { sms } from './programs/messages.mjs'
import { Program } from './programs/process.mjs'
import { ROOT, serverFor } from './sandbox.mjs'

/** A temporary folder of the test `t`. Programs in it find the installed packages. */
export async function folderFor(t) {
  const parent = join(ROOT, 'target', 'node', 'documents')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'test-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

/** Writes a program, and compiles TypeScript, which Node 20 does not support. Returns the path. */
export async function write(folder, name, text) {
  const typed = /\.m?ts$/.test(name)
  const { code } = typed ? await transform(text, { loader: 'ts', format: 'esm', target: 'node20' }) : { code: text }
  const path = join(folder, typed ? name.replace(/m?ts$/, 'mjs') : name)
  await writeFile(path, code)
  return path
}

/** Copies a file of the repository to the folder. */
export async function copy(folder, file) {
  return write(folder, basename(file), await readFile(join(ROOT, file), 'utf8'))
}

/** Starts a program in its folder, with the environment that the guide describes. */
export function start(path, { server, args = [], flags = [], environment = {} }) {
  const surroundings = { ZEXA_BASE_URL: server.url, ZEXA_API_KEY: server.apiKey, PORT: '0', ...environment }
  return new Program(path, args, { flags, environment: surroundings, cwd: dirname(path) })
}

/** Runs a program to its end. Returns the lines that it printed. */
export function run(path, options, expected) {
  return start(path, options).end(expected)
}

/** A program that receives events at `/zexa`, and a server that posts them there. */
export class Receiver {
  constructor(program, url, server) {
    this.program = program
    this.url = url
    this.server = server
  }

  /** Starts the program, which first prints its URL. */
  static async start(t, path) {
    const server = await serverFor(t, { state: { allow_http_webhooks: true } })
    const program = start(path, { server })
    t.after(() => program.kill('SIGKILL'))
    const [url] = (await program.line()).match(/http:\S+/)
    return new Receiver(program, url, server)
  }

  /** Makes the server post the test event, and the events of a message that is delivered. */
  async haveEventsPosted() {
    const zexa = new Zexa(this.server.options)
    // `webhooks.create()` rejects http:// URLs.
    await zexa.request('POST', '/webhooks', { body: { url: this.url, events: ['*'] } })
    const message = await zexa.messages.send(sms('Hello'))
    await this.server.advance(60)
    return message
  }

  /** The statuses of the program's responses to the server, in order. */
  async statuses() {
    return (await this.server.deliveries()).flatMap(({ attempts }) => attempts.map(({ status }) => status))
  }

  /** Posts a body as Zexa does. Returns the status of the response. */
  async post(body) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(this.url, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status
  }
}
