// Lists: all items across the pages, page by page, or one page.
'use strict'

const { inspect } = require('node:util')

const { encode, isObject, whole } = require('./arguments.js')
const { call } = require('./calls.js')
const { at, siteOf } = require('./errors.js')
const { InvalidRequestError } = require('./generated/errors.js')

const OF_PAGE = { page: whole('page') }
const OF_ARRAY = {
  limit: { key: 'limit', read: (refuse, value) => (value === Infinity ? value : whole().read(refuse, value)) },
}

class List {
  #site
  #revive
  #open
  #name
  #ending = { isIncomplete: false }

  /**
   * `open` makes a list of the addon, and says what may abort it; `revive` makes of an item what the caller gets; `name` is that of the addon's method,
   * such as `contactsList`.
   */
  constructor(site, revive, open, name = '') {
    this.#site = site
    this.#revive = revive
    this.#open = open
    this.#name = name
  }

  /** The list that a method was called on, or one that rejects if it was called on something else, as by `const { page } = zexa.contacts.list()`. */
  static #of(list, method) {
    if (isObject(list) && #site in list) return list
    const site = siteOf(method)
    const reason = `${method.name}() was called without its list: call it as a method, or bind it`
    const fields = { outcome: 'not_sent', details: { field: 'this', reason } }
    const error = at(site, new InvalidRequestError(`this: ${reason}`, fields))
    return new List(site, undefined, () => {
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

  /** Without the parameters: they may contain a name or a number. */
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

  #collect(options) {
    try {
      const { limit = Infinity } = encode(OF_ARRAY, options, 'options of toArray') ?? {}
      return this.#items().collect(limit)
    } catch (error) {
      return Promise.reject(at(this.#site, error))
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

/** What `inspect()` and `console.log()` show of a list: what is in it, and not what was read. */
function shown(what, name, { isIncomplete }, options) {
  const resource = name.replace(/List$/, '')
  return `${what}${resource && ` of ${resource}`} ${inspect({ isIncomplete }, options)}`
}

/** The pages of a list, which can be read as often as the list. `ending` is that of the list. */
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

/** One reading of a list, from its beginning, batch by batch: all that is at hand, or one page. */
class Reading {
  #site
  #open
  #next
  #revive
  #ending
  #list
  #abort
  #ended = false

  /** `ending` is told how the reading has ended, when it reaches the end. */
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
      return Promise.reject(at(this.#site, error))
    }
    const revive = (batch) => (batch === null ? this.#reachEnd() : this.#revive(batch))
    return call(this.#site, this.#abort, revive, (call) => this.#list[this.#next](call))
  }

  #reachEnd() {
    this.#ending.isIncomplete = this.#list.isIncomplete()
    return this.end()
  }

  /** Ends what was requested ahead, too. */
  end() {
    this.#ended = true
    this.#list?.close()
    return null
  }

  /** All of it, or so much. */
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

/** One item or page after another, in the order in which they are asked for. An async generator would do, at twice the cost of an item. */
class ListIterator {
  #reading
  #batch = []
  #given = 0
  /** The step that was asked for last, while it is not at its end. */
  #last

  constructor(reading) {
    this.#reading = reading
  }

  next() {
    return this.#last === undefined && this.#isAtHand()
      ? Promise.resolve(this.#give())
      : this.#inTurn(() => this.#next())
  }

  return(value) {
    return this.#inTurn(() => {
      this.#end()
      return Promise.resolve({ value, done: true })
    })
  }

  throw(error) {
    return this.#inTurn(() => {
      this.#end()
      return Promise.reject(error)
    })
  }

  [Symbol.asyncIterator]() {
    return this
  }

  #isAtHand() {
    return this.#given < this.#batch.length && !this.#reading.isAborted
  }

  #give() {
    return { value: this.#batch[this.#given++], done: false }
  }

  #next() {
    if (this.#isAtHand()) return Promise.resolve(this.#give())
    this.#batch = []
    const take = (batch) => {
      if (batch === null) return { value: undefined, done: true }
      this.#batch = batch
      this.#given = 0
      return this.#give()
    }
    return this.#reading.fetch().then(take, (reason) => {
      this.#end()
      throw reason
    })
  }

  #end() {
    this.#batch = []
    this.#reading.end()
  }

  /** Takes a step behind the last, whatever becomes of that. */
  #inTurn(take) {
    const begun = this.#last === undefined ? take() : this.#last.then(take, take)
    const step = begun.finally(() => {
      if (this.#last === step) this.#last = undefined
    })
    this.#last = step
    return step
  }
}

module.exports = { List }
