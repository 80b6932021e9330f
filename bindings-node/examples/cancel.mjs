// Ends a call from outside, by Ctrl-C or after a time, and says what became of its message.
//
// It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. The milliseconds may be given as an argument.
import { CancelledError, Zexa } from 'zexa'

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort(new Error('interrupted')))
const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(Number(process.argv[2] ?? 10_000))])

const zexa = new Zexa()
const sending = { channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }
try {
  const message = await zexa.messages.send(sending, { signal })
  console.log(message.id, 'is', message.status)
} catch (error) {
  process.exitCode = 1
  if (error instanceof CancelledError) console.error(`ended by ${signal.reason.message}: ${whatIsKnown(error)}`)
  else console.error(`${error}`)
}

/** @param {CancelledError} error */
function whatIsKnown(error) {
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
