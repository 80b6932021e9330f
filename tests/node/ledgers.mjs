// Ledgers of tests, and a server that answers when a test tells it to.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientFor, SMS } from './examples.mjs'
import { Ledger } from './zexa.mjs'

/** A message with a key. */
export function keyed(idempotencyKey, params) {
  return { ...SMS, ...params, idempotencyKey }
}

/** The path of a file in a new folder, which is removed after the test `t`. */
export function pathFor(t, name = 'june.db') {
  const folder = mkdtempSync(join(tmpdir(), 'zexa-ledger-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, name)
}

/** A server of the test `t`, and a client with a new ledger at `path`. */
export async function keyedClientFor(t, options, described) {
  const path = pathFor(t)
  const { server, client } = await clientFor(t, { ledger: path, ...options }, described)
  return { path, server, client }
}

/** The counts of a ledger, without `extra`. */
export async function countsOf(path) {
  const { extra, ...counts } = await (await Ledger.open(path)).counts()
  return counts
}

/** Waits until a ledger has an accepted row. */
export async function accepted(path) {
  const ledger = await Ledger.open(path)
  while ((await ledger.counts()).accepted === 0);
}

/** A server that receives messages, and answers them when it is released. */
export class HeldServer {
  #server
  #waiting = []
  #isReleased = false
  /** The number of received messages. */
  received = 0

  /** Starts the server, which ends with the test `t`. */
  static async start(t) {
    const held = new HeldServer()
    held.#server = createServer((request, response) => {
      request.resume().once('end', () => held.#receive(response))
    }).listen(0, '127.0.0.1')
    await once(held.#server, 'listening')
    t.after(() => {
      held.#server.close()
      held.#server.closeAllConnections()
    })
    held.url = `http://127.0.0.1:${held.#server.address().port}/v1`
    held.apiKey = 'zx_test_held'
    return held
  }

  /** The options of a client for this server. */
  get options() {
    return { baseUrl: this.url, apiKey: this.apiKey }
  }

  /** Waits until a message arrives. */
  async arrived() {
    if (this.received === 0) await once(this.#server, 'received')
  }

  /** Answers all messages, also those that arrive later. */
  release() {
    this.#isReleased = true
    for (const answer of this.#waiting.splice(0)) answer()
  }

  #receive(response) {
    this.received += 1
    const message = { id: `msg_${this.received}`, status: 'queued', created_at: '2026-07-01T09:00:00Z' }
    this.#waiting.push(() =>
      response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(message)),
    )
    this.#server.emit('received')
    if (this.#isReleased) this.release()
  }
}
