// Lists: all items across pages, pages, or one page.
'use strict'

const { inspect } = require('node:util')

const { encode, integer, isObject, positiveInteger } = require('./arguments.js')
const { detachedError, startCall } = require('./calls.js')
const { captureSite, withSite } = require('./errors.js')

const PAGE = { page: positiveInteger('page') }
const ARRAY_OPTIONS = {
  limit: { key: 'limit', read: (fail, value) => (value === Infinity ? value : integer().read(fail, value)) },
}

class List {
  #site
  #revive
  #open
  #name
  #ending = { isIncomplete: false }

  /**
   * `open` creates a list of the addon, and the binding to its signal; `revive` converts an item for the caller; `name` is the addon's method, such
   * as `contactsList`.
   */
  constructor(site, revive, open, name = '') {
    this.#site = site
    this.#revive = revive
    this.#open = open
    this.#name = name
  }

  /** The list that a method was called on. If it was called without its list, as by `const { page } = zexa.contacts.list()`, a list that rejects. */
  static #of(list, method) {
    if (isObject(list) && #site in list) return list
    const error = detachedError(method, 'list')
    return new List(captureSite(method), undefined, () => {
      throw error
    })
  }

  [Symbol.asyncIterator]() {
    return new ListIterator(List.#of(this, List.prototype[Symbol.asyncIterator]).#items())
  }

  get isIncomplete() {
    return this.#ending.isIncomplete
  }

  pages() {
    return List.#of(this, List.prototype.pages).#pages()
  }

  page(number) {
    return List.#of(this, List.prototype.page).#fetch(number)
  }

  toArray(options) {
    return List.#of(this, List.prototype.toArray).#collect(options)
  }

  // biome-ignore lint/suspicious/noThenProperty: a list is also the promise of its first page.
  then(onFulfilled, onRejected) {
    return List.#of(this, List.prototype.then).#fetch(1).then(onFulfilled, onRejected)
  }

  catch(onRejected) {
    return List.#of(this, List.prototype.catch).#fetch(1).catch(onRejected)
  }

  finally(onFinally) {
    return List.#of(this, List.prototype.finally).#fetch(1).finally(onFinally)
  }

  get [Symbol.toStringTag]() {
    return 'List'
  }

  /** Shows no parameters: they may contain a name or a phone number. */
  [inspect.custom](_depth, options) {
    return shown('List', this.#name, this.#ending, options)
  }

  #pages() {
    const revive = (page) => [this.#page(page)]
    const read = () => new ListIterator(new Reading(this.#site, this.#open, 'nextPage', revive, this.#ending))
    return new Pages(read, this.#ending, this.#name)
  }

  #fetch(number) {
    try {
      // The core rejects page 0.
      const { page = 0 } = encode(PAGE, { page: number }, 'arguments')
      const { abort, list } = this.#open()
      return startCall(
        this.#site,
        abort,
        (row) => this.#page(row),
        (number) => list.page(number, page),
      )
    } catch (error) {
      return Promise.reject(withSite(this.#site, error))
    }
  }

  #collect(options) {
    try {
      const { limit = Infinity } = encode(ARRAY_OPTIONS, options, 'options of toArray') ?? {}
      return this.#items().collect(limit)
    } catch (error) {
      return Promise.reject(withSite(this.#site, error))
    }
  }

  #items() {
    return new Reading(this.#site, this.#open, 'nextItems', (items) => items.map(this.#revive), this.#ending)
  }

  #page([items, total, page, perPage, extra]) {
    const result = { items: items.map(this.#revive), page }
    if (total !== null) result.total = total
    if (perPage !== null) result.perPage = perPage
    result.extra = extra ?? {}
    return result
  }
}

/** The output of `inspect()` and `console.log()` for a list: its resource, and not its items. */
function shown(type, name, { isIncomplete }, options) {
  const resource = name.replace(/List$/, '')
  return `${type}${resource && ` of ${resource}`} ${inspect({ isIncomplete }, options)}`
}

/** The pages of a list, which can be read as often as the list. `ending` is shared with the list. */
class Pages {
  #read
  #ending
  #name

  constructor(read, ending, name) {
    this.#read = read
    this.#ending = ending
    this.#name = name
  }

  get isIncomplete() {
    return this.#ending.isIncomplete
  }

  [Symbol.asyncIterator]() {
    return this.#read()
  }

  [inspect.custom](_depth, options) {
    return shown('Pages', this.#name, this.#ending, options)
  }
}

/** One reading of a list, from its beginning, in batches: all items that have arrived, or one page. */
class Reading {
  #site
  #open
  #next
  #revive
  #ending
  #list
  #abort
  #ended = false

  /** `ending` receives the result when the reading reaches the end of the list. */
  constructor(site, open, next, revive, ending) {
    this.#site = site
    this.#open = open
    this.#next = next
    this.#revive = revive
    this.#ending = ending
  }

  get isAborted() {
    return this.#abort?.signal.aborted
  }

  /** The next batch, or null at the end. */
  fetch() {
    if (this.#ended) return Promise.resolve(null)
    try {
      if (this.#list === undefined) ({ abort: this.#abort, list: this.#list } = this.#open())
    } catch (error) {
      this.end()
      return Promise.reject(withSite(this.#site, error))
    }
    const revive = (batch) => (batch === null ? this.#reachEnd() : this.#revive(batch))
    return startCall(this.#site, this.#abort, revive, (number) => this.#list[this.#next](number))
  }

  #reachEnd() {
    this.#ending.isIncomplete = this.#list.isIncomplete()
    return this.end()
  }

  /** Ends the reading and cancels its prefetched pages. */
  end() {
    this.#ended = true
    this.#list?.close()
    return null
  }

  /** All items, or the first `limit` items. */
  collect(limit) {
    if (limit === 0) return Promise.resolve([])
    const all = []
    const add = (batch) => {
      for (const item of batch ?? []) if (all.length < limit) all.push(item)
      if (batch !== null && all.length < limit) return this.fetch().then(add)
      this.end()
      return all
    }
    return this.fetch().then(add)
  }
}

/** Yields items or pages in the order of the calls of `next()`. An async generator would do the same at twice the cost per item. */
class ListIterator {
  #reading
  #batch = []
  /** Index of the next item in the batch. */
  #index = 0
  /** The promise of the last step, until it settles. */
  #last

  constructor(reading) {
    this.#reading = reading
  }

  next() {
    return this.#last === undefined && this.#hasBuffered()
      ? Promise.resolve(this.#nextBuffered())
      : this.#enqueue(() => this.#next())
  }

  return(value) {
    return this.#enqueue(() => {
      this.#end()
      return Promise.resolve({ value, done: true })
    })
  }

  throw(error) {
    return this.#enqueue(() => {
      this.#end()
      return Promise.reject(error)
    })
  }

  [Symbol.asyncIterator]() {
    return this
  }

  #hasBuffered() {
    return this.#index < this.#batch.length && !this.#reading.isAborted
  }

  #nextBuffered() {
    return { value: this.#batch[this.#index++], done: false }
  }

  #next() {
    if (this.#hasBuffered()) return Promise.resolve(this.#nextBuffered())
    this.#batch = []
    const start = (batch) => {
      if (batch === null) return { value: undefined, done: true }
      this.#batch = batch
      this.#index = 0
      return this.#nextBuffered()
    }
    return this.#reading.fetch().then(start, (reason) => {
      this.#end()
      throw reason
    })
  }

  #end() {
    this.#batch = []
    this.#reading.end()
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
}

module.exports = { List }
