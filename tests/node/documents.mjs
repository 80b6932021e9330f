// What the examples and the blocks of the READMEs are run with: a folder to lie in, and a server that posts events to those that receive them.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { transform } from 'esbuild'
import { Zexa } from 'zexa'
import { sms } from './programs/messages.mjs'
import { Program } from './programs/process.mjs'
import { ROOT, serverFor } from './sandbox.mjs'

/** A folder for the test `t` alone. A program in it finds what is installed, the package under test among it. */
export async function folderFor(t) {
  const parent = join(ROOT, 'target', 'node', 'documents')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'test-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

/** Writes a program, as JavaScript where it is TypeScript: Node 20 does not know that. Gives where it is. */
export async function write(folder, name, text) {
  const typed = /\.m?ts$/.test(name)
  const { code } = typed ? await transform(text, { loader: 'ts', format: 'esm', target: 'node20' }) : { code: text }
  const path = join(folder, typed ? name.replace(/m?ts$/, 'mjs') : name)
  await writeFile(path, code)
  return path
}

/** A file of the repository, in the folder. */
export async function copy(folder, file) {
  return write(folder, basename(file), await readFile(join(ROOT, file), 'utf8'))
}

/** A running program whose reader has set the environment as the README says. */
export function start(path, { server, args = [], flags = [], environment = {} }) {
  const surroundings = { ZEXA_BASE_URL: server.url, ZEXA_API_KEY: server.apiKey, PORT: '0', ...environment }
  return new Program(path, args, { flags, environment: surroundings })
}

/** Runs a program to its end. Gives the lines that it printed. */
export function run(path, options, expected) {
  return start(path, options).end(expected)
}

/** A program that receives events at `/zexa`, and a server of the test `t` alone that posts them there. */
export class Receiver {
  constructor(program, url, server) {
    this.program = program
    this.url = url
    this.server = server
  }

  /** Starts the program, which says first where it listens. */
  static async start(t, path) {
    const server = await serverFor(t, { state: { allow_http_webhooks: true } })
    const program = start(path, { server })
    t.after(() => program.kill('SIGKILL'))
    const [url] = (await program.line()).match(/http:\S+/)
    return new Receiver(program, url, server)
  }

  /** The test event, and those of a message that is delivered. */
  async haveEventsPosted() {
    const zexa = new Zexa(this.server.options)
    // The package takes no http:// for a webhook, which is why it is registered by another way.
    await zexa.request('POST', '/webhooks', { body: { url: this.url, events: ['*'] } })
    const message = await zexa.messages.send(sms('Hello'))
    await this.server.advance(60)
    return message
  }

  /** The statuses with which it has answered the server, in order. */
  async answers() {
    return (await this.server.deliveries()).flatMap(({ attempts }) => attempts.map(({ status }) => status))
  }

  /** Posts it as Zexa would, and gives the status of the answer. */
  async post(body) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(this.url, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status
  }
}
