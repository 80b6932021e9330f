// A receiver of webhooks with node:http: what Zexa posts to it is logged.
//
// Start it behind an https:// address of yours, and register that once:
//
//     await new Zexa().webhooks.create({ url: 'https://shop.example/zexa', events: ['*'] })
//
// PORT in the environment is where it listens.
import { createServer } from 'node:http'
import { parseEvent, ZexaError } from 'zexa'

// Longer than any event.
const LONGEST = 1024 * 1024
// Ids of events that were handled: Zexa posts an event again if its response was slow or lost, or was an error. A service
// with several processes keeps them in a database.
const handled = new Set()
const REMEMBERED = 10_000

const server = createServer(async (request, response) => {
  response.writeHead(await answer(request)).end()
})

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(`listening at http://127.0.0.1:${address.port}/zexa`)
})

/**
 * Takes what was posted, and gives the status to answer with.
 *
 * @param {import('node:http').IncomingMessage} request
 */
async function answer(request) {
  if (request.url !== '/zexa') return 404
  if (request.method !== 'POST') return 405
  try {
    const body = await read(request)
    if (!body) return 413
    const event = parseEvent(body)
    if (event.id !== undefined && handled.has(event.id)) return 204
    handle(event)
    // Only now: an event whose handling fails is posted again, and handled then.
    remember(event.id)
    return 204
  } catch (error) {
    if (error instanceof ZexaError) return 400
    console.error(error)
    return 500
  }
}

/**
 * The body, or nothing where it is too long. It is read to its end either way: the answer is read only then.
 *
 * @param {import('node:http').IncomingMessage} request
 */
async function read(request) {
  const parts = []
  let length = 0
  for await (const part of request) {
    length += part.length
    if (length <= LONGEST) parts.push(part)
  }
  return length <= LONGEST ? Buffer.concat(parts) : undefined
}

/**
 * Notes that an event was handled. An event without an id cannot be recognised.
 *
 * @param {string | undefined} id
 */
function remember(id) {
  if (id === undefined) return
  handled.add(id)
  if (handled.size > REMEMBERED) handled.delete(handled.values().next().value)
}

/**
 * Does what there is to do. What takes long belongs into a queue: the answer is to come soon.
 *
 * @param {import('zexa').WebhookEvent} event
 */
function handle({ event, message, campaign }) {
  if (message) console.log(`${event}: message ${message.id} is ${message.status}`)
  else if (campaign) console.log(`${event}: campaign ${campaign.id} is ${campaign.status}`)
  // The test event that comes first, or one that this version does not know.
  else console.log(event)
}
