// Receives webhooks with node:http, and logs the events.
//
// Run it behind an https URL, and register that URL once:
//
//     await new Zexa().webhooks.create({ url: 'https://shop.example/zexa', events: ['*'] })
//
// Environment: PORT, default 8080.
import { createServer } from 'node:http'
import { parseEvent, ZexaError } from 'zexa'

// More bytes than any event has.
const MAX_BODY = 1024 * 1024
// Ids of handled events: Zexa posts an event again if the response was slow, lost or an error. A service with several
// processes stores them in a database.
const handled = new Set()
const MAX_HANDLED = 10_000

const server = createServer(async (request, response) => {
  response.writeHead(await statusFor(request)).end()
})

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(`listening at http://127.0.0.1:${address.port}/zexa`)
})

/**
 * Handles a request. Returns the status of the response.
 *
 * @param {import('node:http').IncomingMessage} request
 */
async function statusFor(request) {
  if (request.url !== '/zexa') return 404
  if (request.method !== 'POST') return 405
  try {
    const body = await read(request)
    if (!body) return 413
    const event = parseEvent(body)
    if (event.id !== undefined && handled.has(event.id)) return 204
    handle(event)
    // After handling: an event whose handling fails is posted again.
    remember(event.id)
    return 204
  } catch (error) {
    if (error instanceof ZexaError) return 400
    console.error(error)
    return 500
  }
}

/**
 * The body, or undefined if it is too long. It is read to its end in both cases, because clients read the response only then.
 *
 * @param {import('node:http').IncomingMessage} request
 */
async function read(request) {
  const parts = []
  let length = 0
  for await (const part of request) {
    length += part.length
    if (length <= MAX_BODY) parts.push(part)
  }
  return length <= MAX_BODY ? Buffer.concat(parts) : undefined
}

/**
 * Records that an event was handled. Repetitions of an event without an id cannot be detected.
 *
 * @param {string | undefined} id
 */
function remember(id) {
  if (id === undefined) return
  handled.add(id)
  if (handled.size > MAX_HANDLED) handled.delete(handled.values().next().value)
}

/**
 * Handles an event. Queue slow work, so that the response is fast.
 *
 * @param {import('zexa').WebhookEvent} event
 */
function handle({ event, message, campaign }) {
  if (message) console.log(`${event}: message ${message.id} is ${message.status}`)
  else if (campaign) console.log(`${event}: campaign ${campaign.id} is ${campaign.status}`)
  // The test event after the registration, or an event without a message or campaign.
  else console.log(event)
}
