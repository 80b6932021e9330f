// What to do when a message could not be sent: the outcome of the error says.
//
// It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. The numbers to write to may be given as arguments.
import { AuthenticationError, InsufficientCreditsError, RateLimitError, ValidationError, Zexa, ZexaError } from 'zexa'

const NUMBERS = ['+244912345678', '912345678']

/**
 * Sends to one number, and says what is to be done with it next.
 *
 * @param {Zexa} zexa
 * @param {string} to
 */
async function send(zexa, to) {
  try {
    const message = await zexa.messages.send({ channel: 'sms', to, from: 'ZEXA', body: 'Your parcel has come.' })
    return `done: ${message.id} is ${message.status}`
  } catch (error) {
    // What is no ZexaError is a fault of this program.
    if (!(error instanceof ZexaError)) throw error
    return whatNext(error)
  }
}

/** @param {ZexaError} error */
function whatNext(error) {
  // It would be the same with every other number.
  if (error instanceof AuthenticationError || error instanceof InsufficientCreditsError) throw error
  // Sent again as it is, it would fail again. The message names the field: here or on the server.
  if (error instanceof ValidationError) return `mend it: ${error.message}`
  // The client has waited and tried again by itself, and the server still asks for more.
  if (error instanceof RateLimitError) return `send it again in ${Math.ceil((error.retryAfter ?? 60_000) / 1000)} s`
  // not_sent, rejected
  if (error.safeToRetry) return `send it again later: ${error}`
  if (error.outcome === 'accepted') return `done: it was sent, and only the answer was lost: ${error}`
  // Nobody knows. Put it aside for somebody who looks, or send again what may come twice.
  return `look before it is sent again: ${error}`
}

try {
  const zexa = new Zexa()
  const numbers = process.argv.slice(2)
  for (const number of numbers.length > 0 ? numbers : NUMBERS) console.log(`${number}: ${await send(zexa, number)}`)
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error} (its request id is ${error.requestId})`)
  process.exitCode = 1
}
