// How a message is sent, and how contacts are read, by each client that is measured; all but ours as one writes that well by hand.
import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'

const require = createRequire(import.meta.url)

const KEY = 'k'
const MESSAGE = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
const PAGES = 100

/** Each of a URL, and of how many calls there are at once. */
export const CLIENTS = {
  zexa(url) {
    const { Zexa } = require('zexa')
    const zexa = new Zexa({ baseUrl: `${url}/v1`, apiKey: KEY })
    return {
      send: async () => (await zexa.messages.send({ ...MESSAGE })).id,
      contacts: () => zexa.contacts.list({ perPage: 100 }),
    }
  },

  undici(url, connections) {
    const { Pool } = require('undici')
    const pool = new Pool(url, { connections })
    return byHand(async (method, path, body) => {
      const answer = await pool.request({ method, path, headers: HEADERS, body })
      return answer.body.json()
    })
  },

  'node:http': (url, maxSockets) => {
    const { hostname, port } = new URL(url)
    const agent = new http.Agent({ keepAlive: true, maxSockets })
    function ask(method, path, body) {
      return new Promise((resolve, reject) => {
        const headers = body === undefined ? HEADERS : { ...HEADERS, 'content-length': Buffer.byteLength(body) }
        const request = http.request({ agent, hostname, port, method, path, headers }, (answer) => {
          const pieces = []
          answer.on('data', (piece) => pieces.push(piece))
          answer.on('end', () => resolve(JSON.parse(Buffer.concat(pieces).toString())))
          answer.on('error', reject)
        })
        request.on('error', reject)
        request.end(body)
      })
    }
    return byHand(ask)
  },

  fetch: (url) =>
    byHand(async (method, path, body) => {
      const answer = await fetch(url + path, { method, headers: HEADERS, body })
      return answer.json()
    }),

  /** No client: as little as can be done in JavaScript. */
  'raw socket': (url) => {
    const { hostname, port, host } = new URL(url)
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true })
    const head = `POST /v1/messages HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${KEY}\r\ncontent-length: `
    function send() {
      return new Promise((resolve) => {
        const body = JSON.stringify(MESSAGE)
        // This server's answer to it comes in one piece.
        socket.once('data', (answer) => resolve(JSON.parse(answer.toString().split('\r\n\r\n')[1]).id))
        socket.write(`${head}${body.length}\r\n\r\n${body}`)
      })
    }
    return { send }
  },
}

/** What a program does that loads a client, and makes one. */
export const PROGRAMS = {
  nothing: '',
  zexa: "new (require('zexa').Zexa)({ apiKey: 'k' })",
  undici: "new (require('undici').Pool)('https://api.zexa.ao')",
  'node:http': "new (require('node:https').Agent)({ keepAlive: true })",
}

/** A client around `ask`, which gives the JSON of an answer. */
function byHand(ask) {
  return {
    async send() {
      const { created_at, ...message } = await ask('POST', '/v1/messages', JSON.stringify(MESSAGE))
      return { ...message, createdAt: new Date(created_at) }.id
    },
    async *contacts() {
      for (let page = 1; page <= PAGES; page += 1) {
        const { data } = await ask('GET', `/v1/contacts?per_page=100&page=${page}`)
        yield* data.map(contactOf)
      }
    },
  }
}

function contactOf({ id, name, phone, email, lists, created_at }) {
  return { id, name, phone, email, lists, createdAt: new Date(created_at) }
}
