// What a client has behind it, and its resources with it: the client of the addon, and the signal that all its calls listen to.
'use strict'

const { Abort, call, mailbox } = require('./calls.js')
const { asking, at } = require('./errors.js')
const { List } = require('./list.js')
const { register } = require('./logger.js')
const { NativeClient, Token } = require('./native.js')
const { ofCall, ofClient } = require('./options.js')

class Connection {
  #native
  #signal

  constructor(native, signal) {
    this.#native = native
    this.#signal = signal
  }

  /** For who calls the constructor `Client`. */
  static open(given, Client) {
    const site = siteOf(Client)
    try {
      const { logger, options } = ofClient(given)
      return new Connection(asking(() => new NativeClient(mailbox, options, logger && register(logger))))
    } catch (error) {
      throw at(site, error)
    }
  }

  get baseUrl() {
    return this.#native.baseUrl
  }

  with(given) {
    const { signal = this.#signal, options } = ofCall(given)
    return new Connection(options === undefined ? this.#native : asking(() => this.#native.withOptions(options)), signal)
  }

  close() {
    this.#native.close()
  }

  /** A call of `method`, with the options that were given it. `hand` gives it to the addon. */
  call(method, given, revive, hand) {
    const site = siteOf(method)
    try {
      const { abort, options } = this.#options(given)
      return call(site, abort, revive, (number) => hand(this.#native, number, options, abort?.token))
    } catch (error) {
      return Promise.reject(at(site, error))
    }
  }

  /** A list from `method`. `open` makes one of the addon; it is called when the list is read. */
  list(method, given, revive, open) {
    return new List(siteOf(method), revive, () => {
      const { abort, options } = this.#options(given)
      return { abort, list: asking(() => open(this.#native, options, abort?.token)) }
    })
  }

  #options(given) {
    const { signal = this.#signal, options } = ofCall(given)
    return { abort: signal && new Abort(signal, new Token()), options }
  }
}

/** Where the caller of `method` stands. It costs little: what is kept becomes text only when it is asked for. */
function siteOf(method) {
  const site = {}
  Error.captureStackTrace(site, method)
  return site
}

module.exports = { Connection }
