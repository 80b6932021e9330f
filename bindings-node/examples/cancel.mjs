// Cancels a call by Ctrl-C or after a time, and reports whether the message was sent.
//
// Environment: ZEXA_API_KEY, and ZEXA_BASE_URL for a sandbox. Argument: the time in milliseconds, optional.
import { CancelledError, Zexa } from 'zexa'

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort(new Error('interrupted')))
const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(Number(process.argv[2] ?? 10_000))])

const zexa = new Zexa()
const params = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
try {
  const message = await zexa.messages.send(params, { signal })
  console.log(message.id, 'is', message.status)
} catch (error) {
  process.exitCode = 1
  if (error instanceof CancelledError) console.error(`cancelled by ${signal.reason.message}: ${describe(error)}`)
  else console.error(`${error}`)
}

/** @param {CancelledError} error */
function describe(error) {
  switch (error.outcome) {
    case 'not_sent':
    case 'rejected':
      return 'nothing was sent'
    case 'accepted':
      return 'it was sent'
    default:
      return 'it may have been sent'
  }
}
