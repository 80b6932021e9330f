// Ends a call from outside, by Ctrl-C or after a time, and says what became of its message.
//
// It needs ZEXA_API_KEY, and for a sandbox ZEXA_BASE_URL. The milliseconds may be given as an argument.
import { CancelledError, Zexa, ZexaError } from 'zexa'

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort(new Error('interrupted')))
const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(Number(process.argv[2] ?? 10_000))])

const zexa = new Zexa()
const sending = zexa.messages.send({ channel: 'sms', to: '+244912345678', from: 'ZEXA', body: 'Hello' }, { signal })
try {
  const message = await sending
  console.log(message.id, 'is', message.status)
} catch (error) {
  process.exitCode = 1
  // Where the signal has ended it, `error` is the reason of that, and what is known of the message is behind the promise.
  const known = CancelledError.behind(sending)
  if (known) console.error(`ended by ${signal.reason.message}: ${whatIsKnown(known)}`)
  else if (error instanceof ZexaError) console.error(`${error}`)
  else throw error
}

/** @param {ZexaError} known */
function whatIsKnown(known) {
  switch (known.outcome) {
    case 'not_sent':
    case 'rejected':
      return 'nothing was sent'
    case 'accepted':
      return 'it was sent'
    default:
      return 'it may have been sent'
  }
}
