// Bulk runs: rows are pulled from a source, and their results are iterated.
'use strict'

const { inspect } = require('node:util')

const { encode, ignoreResult, isObject, typeName } = require('./arguments.js')
const { AbortBinding, startCall } = require('./calls.js')
const { errorFromNative, withSite } = require('./errors.js')
const { reviveBulkStats } = require('./generated/bulk.js')
const { CancelledError, ValidationError } = require('./generated/errors.js')

/** What to do next. The numbers are those of `Next` in `src/bulk.rs`; anything else is JSON. */
const PULL = 0
const WAIT = 1

const END = { value: undefined, done: true }

/** Stops listening to the signals of runs that were abandoned. */
const abandoned = new FinalizationRegistry((abort) => abort.stopListening())

/** A run: the iterator of its results. Rows are pulled only while a result is awaited. */
class BulkRun {
  #site
  #native
  #source
  #encode
  #revive
  #abort
  /** Whether a row of an asynchronous source is awaited. */
  #isPulling = false
  /** Whether a call of the addon waits for a change. */
  #isWaiting = false
  #wake = () => {}
  #pulled = 0
  #yielded = 0
  /** Errors of invalid rows, by index, until their results are yielded. */
  #invalid = new Map()
  /** The error of the source, in an object, because it may be any value. */
  #failure
  /** Whether the caller has left the iteration. */
  #hasLeft = false
  #hasEnded = false
  /** The promise of the last step, until it settles. */
  #last

  /**
   * `native` is a new run of the addon, and `source` has its rows. `row` describes the rows: `encode` converts one to an object for JSON, and `revive` converts a result for the
   * caller.
   */
  constructor(site, native, source, row, signal) {
    this.#site = site
    this.#native = native
    this.#source = source
    this.#encode = row.encode
    this.#revive = row.revive
    const created = native.ledgerCreated()
    this.ledgerCreated = created ?? false
    if (created !== null) this.ledger = this.stats().ledger
    if (signal !== undefined) this.#listen(signal)
  }

  next() {
    return this.#enqueue(() => this.#next())
  }

  return(value) {
    this.#hasLeft = true
    if (!this.#hasEnded) this.cancel()
    return this.#enqueue(async () => {
      if (!this.#hasEnded) await this.#end()
      return { value, done: true }
    })
  }

  throw(error) {
    return this.return().then(() => {
      throw error
    })
  }

  stats() {
    return reviveBulkStats(JSON.parse(this.#native.stats()))
  }

  stop() {
    this.#native.stop()
    this.#wake()
  }

  cancel() {
    this.#native.cancel()
    this.#wake()
  }

  [Symbol.asyncIterator]() {
    return this
  }

  get [Symbol.toStringTag]() {
    return 'BulkRun'
  }

  /** Shows the progress only: rows and results may contain a text or a phone number. */
  [inspect.custom](_depth, options) {
    const { extra, ...stats } = this.stats()
    return `BulkRun ${inspect(stats, options)}`
  }

  /** Stops this run when the signal is aborted, without keeping it alive. */
  #listen(signal) {
    const run = new WeakRef(this)
    this.#abort = new AbortBinding(signal, { cancel: () => run.deref()?.stop() })
    if (signal.aborted) return this.stop()
    this.#abort.listen()
    abandoned.register(this, this.#abort)
  }

  /** Runs a step after the last one has settled, whether it failed or not. */
  #enqueue(run) {
    const started = this.#last === undefined ? run() : this.#last.then(run, run)
    const step = started.finally(() => {
      if (this.#last === step) this.#last = undefined
    })
    this.#last = step
    return step
  }

  async #next() {
    while (!this.#hasEnded) {
      const step = this.#native.step(!this.#isPulling)
      if (step === PULL) this.#pull()
      else if (step === WAIT) await this.#change()
      else {
        const record = JSON.parse(step)
        if (Array.isArray(record)) return { value: this.#result(record), done: false }
        await this.#finish(record)
      }
    }
    return END
  }

  #pull() {
    try {
      const step = this.#source.next()
      if (typeof step?.then === 'function') this.#pullLater(step)
      else this.#push(step)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #pullLater(step) {
    this.#isPulling = true
    try {
      this.#push(await step)
    } catch (error) {
      this.#fail(error)
    }
    this.#isPulling = false
    this.#wake()
  }

  /** Adds the row of a step of the source. After the end of the run, it stays untouched. */
  #push(step) {
    if (this.#hasEnded) return
    const { value, done } = this.#source.check(step)
    if (done) return this.#native.end()
    let row
    try {
      row = JSON.stringify(this.#encode(value))
    } catch (error) {
      this.#invalid.set(this.#pulled, withSite(this.#site, invalidRow(this.#pulled, error)))
    }
    this.#pulled += 1
    if (row === undefined) this.#native.pushInvalid()
    else this.#native.push(row)
  }

  /** The source has thrown this. It is thrown again after the results of the rows in flight. */
  #fail(error) {
    this.#source.hasEnded = true
    if (this.#hasEnded) return
    this.#failure = { error }
    this.#native.failSource()
  }

  /** Waits until a row was pulled, or has a result. If only the source can change anything, it alone decides whether the process stays alive. */
  #change() {
    return new Promise((resolve, reject) => {
      this.#wake = resolve
      if (this.#isWaiting || (this.#pulled === this.#yielded && !this.#hasEnded)) return
      this.#isWaiting = true
      const changed = () => {
        this.#isWaiting = false
        this.#wake()
      }
      startCall(this.#site, undefined, ignoreResult, (number) => this.#native.wait(number)).then(changed, (error) => {
        reject(error)
        changed()
      })
    })
  }

  #result([index, ...record]) {
    this.#yielded += 1
    const [key, value, error, ...rest] = record
    const invalid = this.#invalid.get(index)
    this.#invalid.delete(index)
    return this.#revive(index, key, value, invalid ?? (error && errorFromNative(error, this.#site)), ...rest)
  }

  /** Ends the run after its last result. `record` says why it has stopped before the end of the rows. */
  async #finish(record) {
    // The reason for the stop matters more than what the source says about it.
    await this.#end().catch(ignoreResult)
    if (record === null || this.#hasLeft) return
    const { reason, first_untouched: firstUntouched } = record.details ?? {}
    if (reason === 'source') throw this.#failure.error
    const stop = { ...record, details: { reason, firstUntouched, stats: this.stats() } }
    const signal = this.#abort?.signal
    if (reason !== 'cancelled' || !signal?.aborted) throw errorFromNative(stop, this.#site)
    throw withSite(this.#site, new CancelledError(record.message, { ...stop, cause: signal.reason }))
  }

  /** Waits until nothing is left to record, and closes the source. */
  async #end() {
    this.#hasEnded = true
    this.#abort?.stopListening()
    const recorded = async () => {
      while (!this.#native.isSettled()) await this.#change()
    }
    const [, closed] = await Promise.allSettled([recorded(), this.#source.close(this.#isPulling)])
    if (closed.status === 'rejected') throw closed.reason
  }
}

if (Symbol.asyncDispose) {
  Object.defineProperty(BulkRun.prototype, Symbol.asyncDispose, {
    async value() {
      await this.return()
    },
    configurable: true,
    writable: true,
  })
}

/** The error of a row that cannot be read. It names the row, and the member if there is one. */
function invalidRow(index, error) {
  if (!(error instanceof ValidationError)) {
    const reason = `cannot be read: ${isObject(error) ? error.message : error}`
    return new ValidationError(`row ${index} ${reason}`, {
      outcome: 'not_sent',
      details: { index, reason },
      cause: error,
    })
  }
  const { message, outcome, details, cause } = error
  return new ValidationError(`row ${index}: ${message}`, { outcome, details: { index, ...details }, cause })
}

/** How rows with these members are read. `of` names the members in errors. */
const encodeRow = (members, of) => (row) => {
  if (isObject(row)) return encode(members, row, of)
  const reason = `must be an object of names and values, not ${typeName(row)}`
  throw new ValidationError(`the ${of} ${reason}`, { outcome: 'not_sent', details: { field: 'parameters', reason } })
}

/** The rows of `messages.sendMany`, and their results. */
function messageRows(members, of, revive) {
  return {
    encode: encodeRow(members, of),
    revive: (index, key, message, error, outcome, replayed, recorded) => {
      const result = { index }
      if (key !== null) result.idempotencyKey = key
      if (message !== null) result.message = revive(message)
      if (error !== null) result.error = error
      return Object.assign(result, { outcome, replayed, recorded })
    },
  }
}

/** The rows of `contacts.createMany`, and their results. */
function contactRows(members, of, revive) {
  return {
    encode: encodeRow(members, of),
    revive: (index, _key, contact, error, outcome, _replayed, _recorded, exists) => {
      const result = { index }
      if (contact !== null) result.contact = revive(contact)
      if (error !== null) result.error = error
      return Object.assign(result, { outcome, exists })
    },
  }
}

module.exports = { BulkRun, contactRows, messageRows }
