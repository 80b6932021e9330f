// What a client has behind it, and its resources with it: the client of the addon, and the signal that all its calls listen to.
'use strict'

const { Abort, call, mailbox } = require('./calls.js')
const { asking, at, siteOf } = require('./errors.js')
const { List } = require('./list.js')
const { register } = require('./logger.js')
const { NativeClient, Token } = require('./native.js')
const { ofCall, ofClient } = require('./options.js')

class Connection {
  #native
  #logger
  #signal

  constructor(native, logger, signal) {
    this.#native = native
    this.#logger = logger
    this.#signal = signal
  }

  /** For who calls the constructor `Client`. */
  static open(given, Client) {
    const site = siteOf(Client)
    try {
      const { logger, options } = ofClient(given)
      return new Connection(
        asking(() => new NativeClient(mailbox, options, logger && register(logger))),
        logger,
      )
    } catch (error) {
      throw at(site, error)
    }
  }

  get baseUrl() {
    return this.#native.baseUrl
  }

  /** Another, with options that `method` was given. */
  with(method, given) {
    try {
      const { signal = this.#signal, options } = ofCall(given)
      const native = options === undefined ? this.#native : asking(() => this.#native.withOptions(options))
      return new Connection(native, this.#logger, signal)
    } catch (error) {
      throw at(siteOf(method), error)
    }
  }

  close() {
    this.#native.close()
  }

  /** A call of `method`, with the options that were given it. `hand` gives it to the addon. */
  call(method, given, revive, hand) {
    const site = siteOf(method, this.#logger)
    try {
      const { abort, options } = this.#options(given)
      return call(site, abort, revive, (number) => hand(this.#native, number, options, abort?.token))
    } catch (error) {
      return Promise.reject(at(site, error))
    }
  }

  /** A list from `method`. `open` makes one of the addon; it is called when the list is read. */
  list(method, given, revive, open) {
    return new List(siteOf(method, this.#logger), revive, () => {
      const { abort, options } = this.#options(given)
      return { abort, list: asking(() => open(this.#native, options, abort?.token)) }
    })
  }

  #options(given) {
    const { signal = this.#signal, options } = ofCall(given)
    return { abort: signal && new Abort(signal, new Token()), options }
  }
}

module.exports = { Connection }
