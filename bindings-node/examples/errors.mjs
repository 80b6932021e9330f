// Decides by the outcome of an error what to do about a message that could not be sent.
//
// Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. Arguments: phone numbers, optional.
import { AuthenticationError, InsufficientCreditsError, RateLimitError, ValidationError, Zexa, ZexaError } from 'zexa'

const NUMBERS = ['+244912345678', '912345678']

/**
 * Sends to one number. Returns what to do next.
 *
 * @param {Zexa} zexa
 * @param {string} to
 */
async function send(zexa, to) {
  try {
    const message = await zexa.messages.send({ channel: 'sms', to, from: 'ZEXA', body: 'Your parcel has arrived.' })
    return `done: ${message.id} is ${message.status}`
  } catch (error) {
    // Any other error is a bug in this program.
    if (!(error instanceof ZexaError)) throw error
    return nextStep(error)
  }
}

/** @param {ZexaError} error */
function nextStep(error) {
  // The same error would occur for every other number.
  if (error instanceof AuthenticationError || error instanceof InsufficientCreditsError) throw error
  // It would fail again. The message of the error names the field.
  if (error instanceof ValidationError) return `correct it: ${error.message}`
  // The retries of the client did not help.
  if (error instanceof RateLimitError) return `send it again in ${Math.ceil((error.retryAfter ?? 60_000) / 1000)} s`
  // not_sent, rejected
  if (error.safeToRetry) return `send it again later: ${error}`
  if (error.outcome === 'accepted') return `done: sent, but the response was lost: ${error}`
  // The outcome is unknown. Have somebody check, or send it again if a duplicate is acceptable.
  return `check before sending again: ${error}`
}

try {
  const zexa = new Zexa()
  const numbers = process.argv.slice(2)
  for (const number of numbers.length > 0 ? numbers : NUMBERS) console.log(`${number}: ${await send(zexa, number)}`)
} catch (error) {
  if (!(error instanceof ZexaError)) throw error
  console.error(`${error} (request id: ${error.requestId})`)
  process.exitCode = 1
}
