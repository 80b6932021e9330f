// The source of the rows of a bulk run: any iterable or async iterable.
'use strict'

const { isObject, typeName } = require('./arguments.js')
const { ValidationError } = require('./generated/errors.js')

class Source {
  #rows
  #iterator
  /** Whether the source has ended or failed by itself. It is not closed then, as in `for await`. */
  hasEnded = false

  constructor(rows) {
    if (!isObject(rows) || (!isIterable(rows, Symbol.asyncIterator) && !isIterable(rows, Symbol.iterator))) {
      const reason = `must be an iterable or async iterable of objects, not ${typeName(rows)}`
      throw new ValidationError(`\`rows\` ${reason}`, { outcome: 'not_sent', details: { field: 'rows', reason } })
    }
    this.#rows = rows
  }

  /** The next step of the iterator, or a promise of it. As in `for await`, a promise among the values of a synchronous iterator is awaited. */
  next() {
    this.#iterator ??= isIterable(this.#rows, Symbol.asyncIterator)
      ? this.#rows[Symbol.asyncIterator]()
      : awaitingValues(this.#rows[Symbol.iterator]())
    return this.#iterator.next()
  }

  /** A step, which may be anything. */
  check(step) {
    if (!isObject(step))
      throw new TypeError(`the iterator of the rows returned ${typeName(step)}, which is not an object`)
    this.hasEnded = Boolean(step.done)
    return step
  }

  /** Closes a source that was not read to its end. If a row is awaited, a generator closes only after that: nobody waits for it. */
  async close(isPulling) {
    if (this.hasEnded) return
    this.hasEnded = true
    const closed = this.#iterator?.return?.()
    if (!isPulling) await closed
    else if (typeof closed?.then === 'function') closed.then(undefined, () => {})
  }
}

function isIterable(rows, symbol) {
  return typeof rows[symbol] === 'function'
}

function awaitingValues(iterator) {
  return {
    next() {
      const step = iterator.next()
      const isPromise = isObject(step) && !step.done && typeof step.value?.then === 'function'
      return isPromise ? Promise.resolve(step.value).then((value) => ({ value, done: false })) : step
    },
    return: () => iterator.return?.(),
  }
}

module.exports = { Source }
