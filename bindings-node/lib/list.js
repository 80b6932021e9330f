// Lists: all items across the pages, page by page, or one page.
'use strict'

const { encode, whole } = require('./arguments.js')
const { call, following } = require('./calls.js')
const { at } = require('./errors.js')

const OF_PAGE = { page: whole('page') }
const OF_ARRAY = { limit: whole('limit') }

class List {
  #site
  #revive
  #open

  /** `open` makes a list of the addon, and says what may abort it; `revive` makes of an item what the caller gets. */
  constructor(site, revive, open) {
    this.#site = site
    this.#revive = revive
    this.#open = open
  }

  [Symbol.asyncIterator]() {
    return new ListIterator(this.#items())
  }

  pages() {
    return new Pages(() => new ListIterator(new Reading(this.#site, this.#open, 'nextPage', (page) => [this.#page(page)])))
  }

  page(number) {
    try {
      // 0 is no page: so says the core.
      const { page = 0 } = encode(OF_PAGE, { page: number }, 'arguments')
      const { abort, list } = this.#open()
      return call(
        this.#site,
        abort,
        (found) => this.#page(found),
        (call) => list.page(call, page),
      )
    } catch (error) {
      return Promise.reject(at(this.#site, error))
    }
  }

  toArray(options) {
    try {
      const { limit = Infinity } = encode(OF_ARRAY, options, 'options of toArray') ?? {}
      return this.#items().collect(limit)
    } catch (error) {
      return Promise.reject(at(this.#site, error))
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: a list is also the promise of its first page.
  then(onFulfilled, onRejected) {
    return this.page(1).then(onFulfilled, onRejected)
  }

  catch(onRejected) {
    return this.page(1).catch(onRejected)
  }

  finally(onFinally) {
    return this.page(1).finally(onFinally)
  }

  get [Symbol.toStringTag]() {
    return 'List'
  }

  #items() {
    return new Reading(this.#site, this.#open, 'nextItems', (items) => items.map(this.#revive))
  }

  #page(page) {
    page.items = page.items.map(this.#revive)
    return page
  }
}

/** The pages of a list, which can be read as often as the list. */
class Pages {
  #read

  constructor(read) {
    this.#read = read
  }

  [Symbol.asyncIterator]() {
    return this.#read()
  }
}

/** One reading of a list, from its beginning, batch by batch: all that is at hand, or one page. */
class Reading {
  #site
  #open
  #next
  #revive
  #list
  #abort
  #ended = false

  constructor(site, open, next, revive) {
    this.#site = site
    this.#open = open
    this.#next = next
    this.#revive = revive
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
      return Promise.reject(at(this.#site, error))
    }
    const revive = (batch) => (batch === null ? this.end() : this.#revive(batch))
    return call(this.#site, this.#abort, revive, (call) => this.#list[this.#next](call))
  }

  /** Ends what was asked for ahead, too. */
  end() {
    this.#ended = true
    this.#list?.close()
    return null
  }

  /** All of it, or so much. */
  collect(limit) {
    if (limit === 0) return Promise.resolve([])
    const all = []
    return following(this.fetch(), (batch) => {
      for (const item of batch ?? []) if (all.length < limit) all.push(item)
      if (batch !== null && all.length < limit) return this.fetch()
      this.end()
      return all
    })
  }
}

/** One item or page after another. An async generator would do, at twice the cost of an item. */
class ListIterator {
  #reading
  #batch = []
  #given = 0
  /** What is under way: whoever asks meanwhile has to wait for it. */
  #fetching

  constructor(reading) {
    this.#reading = reading
  }

  next() {
    if (this.#fetching !== undefined) return this.#then(() => this.next())
    if (this.#given < this.#batch.length && !this.#reading.isAborted) {
      return Promise.resolve({ value: this.#batch[this.#given++], done: false })
    }
    this.#batch = []
    this.#fetching = following(
      this.#reading.fetch(),
      (batch) => this.#take(batch),
      () => this.#end(),
    )
    return this.#fetching
  }

  return(value) {
    if (this.#fetching !== undefined) return this.#then(() => this.return(value))
    this.#end()
    return Promise.resolve({ value, done: true })
  }

  throw(error) {
    const failed = () => Promise.reject(error)
    return this.return().then(failed, failed)
  }

  [Symbol.asyncIterator]() {
    return this
  }

  #then(go) {
    return this.#fetching.then(go, go)
  }

  /** Gives the first of what has come. */
  #take(batch) {
    this.#fetching = undefined
    if (batch === null) return { value: undefined, done: true }
    this.#batch = batch
    this.#given = 1
    return { value: batch[0], done: false }
  }

  #end() {
    this.#fetching = undefined
    this.#batch = []
    this.#reading.end()
  }
}

module.exports = { List }
