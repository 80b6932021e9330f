// Functions that send a message and list contacts with each client. The code for generic HTTP clients is what an experienced user would write.
import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'

const require = createRequire(import.meta.url)
/** Packages that only a full run installs. */
const requireExtra = createRequire(`${process.env.ZEXA_BENCH_PACKAGES ?? import.meta.dirname}/`)

const KEY = 'k'
const MESSAGE = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
const PAGES = 100

/** Clients by name. The arguments are the base URL and the number of concurrent calls. */
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
    const { origin, prefix } = parse(url)
    const pool = new Pool(origin, { connections })
    return jsonClient(async (method, path, body) => {
      const response = await pool.request({ method, path: prefix + path, headers: HEADERS, body })
      return response.body.json()
    })
  },

  'node:http': (url, maxSockets) => {
    const { hostname, port, prefix } = parse(url)
    const agent = new http.Agent({ keepAlive: true, maxSockets })
    function requestJson(method, path, body) {
      return new Promise((resolve, reject) => {
        const headers = body === undefined ? HEADERS : { ...HEADERS, 'content-length': Buffer.byteLength(body) }
        const request = http.request({ agent, hostname, port, method, path: prefix + path, headers }, (response) => {
          const chunks = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
          response.on('error', reject)
        })
        request.on('error', reject)
        request.end(body)
      })
    }
    return jsonClient(requestJson)
  },

  fetch: (url) =>
    jsonClient(async (method, path, body) => {
      const response = await fetch(url + path, { method, headers: HEADERS, body })
      return response.json()
    }),

  axios(url, maxSockets) {
    const axios = requireExtra('axios')
    const httpAgent = new http.Agent({ keepAlive: true, maxSockets })
    const client = axios.create({ baseURL: url, headers: HEADERS, httpAgent })
    return jsonClient(async (method, path, data) => (await client.request({ method, url: path, data })).data)
  },

  /** An SDK for another API of the same kind, whose requests go to the benchmark server. */
  twilio(url) {
    const twilio = requireExtra('twilio')
    const { RequestClient } = twilio
    class Redirected extends RequestClient {
      request(options) {
        return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', url) })
      }
    }
    const { messages } = twilio('AC0', KEY, { httpClient: new Redirected({ keepAlive: true }) })
    const message = { to: MESSAGE.to, from: MESSAGE.from, body: MESSAGE.body }
    // The server does not know Twilio's name of the id.
    return { send: async () => `msg_${(await messages.create(message)).status}` }
  },

  /** A lower bound: the minimum of work in JavaScript, without an HTTP client. */
  'raw socket': (url) => {
    const { hostname, port, host } = new URL(url)
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true })
    const head = `POST /v1/messages HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${KEY}\r\ncontent-length: `
    function send() {
      return new Promise((resolve) => {
        const body = JSON.stringify(MESSAGE)
        // The response of the benchmark server arrives in one chunk.
        socket.once('data', (response) => resolve(JSON.parse(response.toString().split('\r\n\r\n')[1]).id))
        socket.write(`${head}${body.length}\r\n\r\n${body}`)
      })
    }
    return { send }
  },
}

/** Programs that load a package and create a client. */
export const PROGRAMS = {
  nothing: '',
  zexa: "new (require('zexa').Zexa)({ apiKey: 'k' })",
  undici: "new (require('undici').Pool)('https://api.zexa.ao')",
  'node:http': "new (require('node:https').Agent)({ keepAlive: true })",
  axios: extra('axios', '.create()'),
  twilio: extra('twilio', "('AC0', 'k')"),
}

/** A program that loads a package that only a full run installs. */
function extra(name, create) {
  return `require(${JSON.stringify(process.env.ZEXA_BENCH_PACKAGES)} + '/node_modules/${name}')${create}`
}

/** Origin and path of a URL such as `http://127.0.0.1:8000/slow`. */
function parse(url) {
  const { origin, hostname, port, pathname } = new URL(url)
  return { origin, hostname, port, prefix: pathname === '/' ? '' : pathname }
}

/** Returns a client that uses `requestJson`, which returns the JSON of a response. */
function jsonClient(requestJson) {
  return {
    async send() {
      const { created_at, ...message } = await requestJson('POST', '/v1/messages', JSON.stringify(MESSAGE))
      return { ...message, createdAt: new Date(created_at) }.id
    },
    async *contacts() {
      for (let page = 1; page <= PAGES; page += 1) {
        const { data } = await requestJson('GET', `/v1/contacts?per_page=100&page=${page}`)
        yield* data.map(contactOf)
      }
    },
  }
}

function contactOf({ id, name, phone, email, lists, created_at }) {
  return { id, name, phone, email, lists, createdAt: new Date(created_at) }
}
