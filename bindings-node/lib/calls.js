// The calls that are under way. Each has a number, by which the addon tells what came of it.
'use strict'

const { at, errorOf } = require('./errors.js')
const { CancelledError } = require('./generated/errors.js')
const { unreported } = require('./handles.js')
const { forget, tell, tellWarning } = require('./logger.js')
const { Mailbox } = require('./native.js')

/** What a letter of the addon is. The numbers are those in `src/mailbox.rs`; the last is that a logger is not needed any more. */
const ANSWER = 0
const ERROR = 1
const ATTEMPT = 2
const WARNING = 3

/** Calls by their numbers. */
const underWay = new Map()
let lastNumber = 0

const mailbox = unreported(() => new Mailbox(deliver))
// They hold each other: the addon holds the function only while calls are under way, and the mailbox never.
mailbox.deliver = deliver
deliver.mailbox = mailbox

/** Called by the addon with what came since the last time. */
function deliver(letters) {
  for (const [number, what, value] of JSON.parse(letters)) {
    if (what === ANSWER || what === ERROR) end(number, what === ANSWER, value)
    else if (what === ATTEMPT) tell(number, value)
    else if (what === WARNING) tellWarning(number, value)
    else forget(number)
  }
}

/** Hands a call over. What it is made of has been read by now: no code of the caller's runs in between. */
function begin(call, hand) {
  do lastNumber = (lastNumber + 1) >>> 0
  while (underWay.has(lastNumber))
  hand(lastNumber)
  underWay.set(lastNumber, call)
}

function end(number, succeeded, value) {
  const call = underWay.get(number)
  // One whose beginning has failed already.
  if (call === undefined) return
  underWay.delete(number)
  call.end(succeeded, value)
}

/** A call that was begun. */
class Call {
  #site
  #revive
  #resolve
  #reject
  #abort

  constructor(site, revive, abort) {
    this.#site = site
    this.#revive = revive
    this.#abort = abort
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  end(succeeded, value) {
    try {
      this.#abort?.stopListening()
      if (this.#abort?.signal.aborted) this.#endAborted(succeeded, value)
      else if (succeeded) this.#resolve(this.#revive(value))
      else this.#reject(errorOf(value, this.#site))
    } catch (error) {
      // Of a signal that is none of Node's.
      this.#reject(error)
    }
  }

  /** Whatever an aborted call comes to, its error is a `CancelledError`. The others would not pass for the end that the caller wanted. */
  #endAborted(succeeded, value) {
    if (succeeded) {
      const details = this.#revive(value)
      this.cancelled('the call was cancelled as its answer came', { outcome: 'accepted', attempts: 1, details })
    } else {
      const { kind, message, ...fields } = value
      this.cancelled(kind === 'cancelled' ? message : `the call was cancelled as it failed: ${message}`, fields)
    }
  }

  /** Rejects with an error whose cause is the reason of the signal, whatever that is. */
  cancelled(message, fields) {
    const cause = this.#abort.signal.reason
    this.#reject(at(this.#site, new CancelledError(message, { ...fields, cause })))
  }
}

/** What listens to a signal, by the signal: Node warns of more than ten listeners, and a signal may be that of a hundred calls. */
const listening = new WeakMap()

/** Cancels a token of the addon when a signal is aborted, while a call listens. */
class Abort {
  constructor(signal, token) {
    this.signal = signal
    this.token = token
  }

  listen() {
    const listener = listening.get(this.signal) ?? new Listener(this.signal)
    listener.aborts.add(this)
  }

  stopListening() {
    listening.get(this.signal)?.remove(this)
  }
}

/** The one listener that a signal has of us. */
class Listener {
  aborts = new Set()

  constructor(signal) {
    listening.set(signal, this)
    signal.addEventListener('abort', this)
  }

  remove(abort) {
    this.aborts.delete(abort)
    if (this.aborts.size > 0) return
    listening.delete(abort.signal)
    abort.signal.removeEventListener('abort', this)
  }

  handleEvent() {
    for (const abort of this.aborts) abort.token.cancel()
  }
}

/**
 * Makes a call for who stands at `site`. `hand` gives it to the addon under its number; `revive` makes of its answer what the caller gets.
 */
function call(site, abort, revive, hand) {
  const call = new Call(site, revive, abort)
  if (abort?.signal.aborted) {
    call.cancelled('the call was cancelled before it began', { outcome: 'not_sent' })
    return call.promise
  }
  try {
    abort?.listen()
    begin(call, hand)
  } catch (error) {
    abort?.stopListening()
    return Promise.reject(at(site, error))
  }
  return call.promise
}

module.exports = { Abort, call, mailbox }
