// Lists: all items across the pages, page by page, or one page.
'use strict'

const { encode, whole } = require('./arguments.js')
const { call } = require('./calls.js')
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
    return this.#read('nextItems', (items) => items.map(this.#revive))
  }

  pages() {
    return new Pages(() => this.#read('nextPage', (page) => [revived(page, this.#revive)]))
  }

  async page(number) {
    this.#checked(() => encode(OF_PAGE, { page: number }, 'arguments'))
    const { abort, list } = this.#checked(this.#open)
    return call(this.#site, abort, (page) => revived(page, this.#revive), (call) => list.page(call, number))
  }

  async toArray(options) {
    const { limit = Infinity } = this.#checked(() => encode(OF_ARRAY, options, 'options of toArray')) ?? {}
    const all = []
    if (limit === 0) return all
    for await (const item of this) if (all.push(item) === limit) break
    return all
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

  /** Reads it once, from its beginning. What was asked for ahead ends when the reading is left. */
  async *#read(next, revive) {
    const { abort, list } = this.#checked(this.#open)
    const revived = (value) => value && revive(value)
    try {
      for (let batch; (batch = await call(this.#site, abort, revived, (call) => list[next](call))); ) {
        for (const one of batch) {
          if (abort?.signal.aborted) throw abort.signal.reason
          yield one
        }
      }
    } finally {
      list.close()
    }
  }

  /** What the function gives. What it throws is told of whoever has made the list. */
  #checked(make) {
    try {
      return make()
    } catch (error) {
      throw at(this.#site, error)
    }
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

function revived(page, revive) {
  page.items = page.items.map(revive)
  return page
}

module.exports = { List }
