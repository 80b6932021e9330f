// Calls in flight. Each has a number, by which the addon reports its result.
'use strict'

const { captureSite, errorFromNative, withSite } = require('./errors.js')
const { CancelledError, InvalidRequestError } = require('./generated/errors.js')
const { withDeepStack } = require('./handles.js')
const { reportAttempt, reportWarning, unregister } = require('./logger.js')
const { CompletionQueue } = require('./native.js')

/** Kinds of entries in the queue. The numbers are those of `EntryKind` in `src/completion_queue.rs`; any other is `LoggerDropped`. */
const RESULT = 0
const ERROR = 1
const ATTEMPT = 2
const WARNING = 3

/** Calls in flight, by their numbers. */
const pending = new Map()
let lastNumber = 0

const completionQueue = withDeepStack(() => new CompletionQueue(deliver))
// They reference each other: the addon references the function only while calls are in flight, and never the queue.
completionQueue.deliver = deliver
deliver.completionQueue = completionQueue

/** Called by the addon with the entries since the last time, as JSON. */
function deliver(entries) {
  for (const [number, kind, value] of JSON.parse(entries)) {
    if (kind === RESULT || kind === ERROR) complete(number, kind === RESULT, value)
    else if (kind === ATTEMPT) reportAttempt(number, value)
    else if (kind === WARNING) reportWarning(number, value)
    else unregister(number)
  }
}

/** Passes a call to the addon. Its arguments have been read by now, so no code of the program runs in between. */
function submit(call, send) {
  do lastNumber = (lastNumber + 1) >>> 0
  while (pending.has(lastNumber))
  send(lastNumber)
  pending.set(lastNumber, call)
}

function complete(number, succeeded, value) {
  const call = pending.get(number)
  // A call that could not be started has rejected already.
  if (call === undefined) return
  pending.delete(number)
  call.complete(succeeded, value)
}

/** A call in flight. */
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

  complete(succeeded, value) {
    try {
      this.#abort?.stopListening()
      if (this.#abort?.signal.aborted) this.#completeAborted(succeeded, value)
      else if (succeeded) this.#resolve(this.#revive(value))
      else this.#reject(errorFromNative(value, this.#site))
    } catch (error) {
      // A signal that is not Node's own may throw.
      this.#reject(error)
    }
  }

  /** An aborted call always rejects with a `CancelledError`, because callers that abort a call expect that class. */
  #completeAborted(succeeded, value) {
    if (succeeded) {
      const details = this.#revive(value)
      this.cancel('the call was cancelled when its response had arrived', { outcome: 'accepted', attempts: 1, details })
    } else {
      const { kind, message, ...fields } = value
      this.cancel(kind === 'cancelled' ? message : `the call was cancelled when it had failed: ${message}`, fields)
    }
  }

  /** Rejects with a `CancelledError` whose cause is the reason of the signal. */
  cancel(message, fields) {
    const cause = this.#abort.signal.reason
    this.#reject(withSite(this.#site, new CancelledError(message, { ...fields, cause })))
  }
}

/** The listener of each signal. One is enough for all calls of a signal; Node warns of more than ten. */
const listeners = new WeakMap()

/** Cancels a token of the addon when a signal is aborted, while a call listens. */
class AbortBinding {
  constructor(signal, token) {
    this.signal = signal
    this.token = token
  }

  listen() {
    const listener = listeners.get(this.signal) ?? new AbortListener(this.signal)
    listener.bindings.add(this)
  }

  stopListening() {
    listeners.get(this.signal)?.remove(this)
  }
}

/** The only listener that this package adds to a signal. */
class AbortListener {
  bindings = new Set()

  constructor(signal) {
    listeners.set(signal, this)
    signal.addEventListener('abort', this)
  }

  remove(binding) {
    this.bindings.delete(binding)
    if (this.bindings.size > 0) return
    listeners.delete(binding.signal)
    binding.signal.removeEventListener('abort', this)
  }

  handleEvent() {
    for (const binding of this.bindings) binding.token.cancel()
  }
}

/**
 * Starts a call that was made at `site`. `send` passes it to the addon under its number; `revive` converts the result for the caller. Returns the
 * promise of the call.
 */
function startCall(site, abort, revive, send) {
  const call = new Call(site, revive, abort)
  if (abort?.signal.aborted) {
    call.cancel('the call was cancelled before it started', { outcome: 'not_sent' })
    return call.promise
  }
  try {
    abort?.listen()
    submit(call, send)
  } catch (error) {
    abort?.stopListening()
    return Promise.reject(withSite(site, error))
  }
  return call.promise
}

/** The error of a method that was called without its object, as by `const { send } = zexa.messages`. `object` describes that object. */
function detachedError(method, object) {
  const reason = `${method.name}() was called without its ${object}: call it as a method, or bind it`
  const fields = { outcome: 'not_sent', details: { field: 'this', reason } }
  return withSite(captureSite(method), new InvalidRequestError(reason, fields))
}

module.exports = { AbortBinding, completionQueue, detachedError, startCall }
