// What a client and its resources share: the client of the addon, and the signal that all its calls listen to.
'use strict'

const { Abort, call, mailbox } = require('./calls.js')
const { asking, at, siteOf } = require('./errors.js')
const { List } = require('./list.js')
const { register } = require('./logger.js')
const { NativeClient, Token } = require('./native.js')
const { ofCall, ofClient } = require('./options.js')
const { InvalidRequestError } = require('./generated/errors.js')

/** The connections of clients and resources. Not a private field, so that a method without its object can reject. */
const connections = new WeakMap()

class Connection {
  #native
  #logger
  #signal

  constructor(native, logger, signal) {
    this.#native = native
    this.#logger = logger
    this.#signal = signal
  }

  /** The connection that `object` was given, or a `Detached`. */
  static of(object) {
    return connections.get(object) ?? detached
  }

  give(object) {
    connections.set(object, this)
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

  /**
   * A call of `method`, with the options that were given it. `name` is that of the addon's method, and `read` gives its arguments; `revive` makes of
   * its answer what the caller gets.
   */
  call(method, given, revive, name, read) {
    const site = siteOf(method, this.#logger)
    try {
      const { signal, options } = this.#options(given)
      const args = read()
      const abort = abortOf(signal)
      return call(site, abort, revive, (number) => this.#native[name](number, ...args, options, abort?.token))
    } catch (error) {
      return Promise.reject(at(site, error))
    }
  }

  /** A list of `method`. What is wrong with it is told when it is read. */
  list(method, given, revive, name, read) {
    const site = siteOf(method, this.#logger)
    let begin
    try {
      const { signal, options } = this.#options(given)
      const args = read()
      begin = () => {
        const abort = abortOf(signal)
        return { abort, list: asking(() => this.#native[name](...args, options, abort?.token)) }
      }
    } catch (error) {
      at(site, error)
      begin = () => {
        throw error
      }
    }
    return new List(site, revive, begin, name)
  }

  #options(given) {
    const { signal = this.#signal, options } = ofCall(given)
    return { signal, options }
  }
}

/** In the place of the connection of a method that was called without its object, as by `const { send } = zexa.messages`. */
class Detached {
  call(method) {
    return Promise.reject(this.#error(method))
  }

  list(method) {
    const site = siteOf(method)
    const error = at(site, this.#error(method))
    return new List(site, undefined, () => {
      throw error
    })
  }

  with(method) {
    throw this.#error(method)
  }

  close(method) {
    throw this.#error(method)
  }

  #error(method) {
    const reason = `${method.name}() was called without its object: call it as a method, or bind it`
    const fields = { outcome: 'not_sent', details: { field: 'this', reason } }
    return at(siteOf(method), new InvalidRequestError(`this: ${reason}`, fields))
  }
}

const detached = new Detached()

/** What ends a call, or a reading of a list, when the signal is aborted. */
function abortOf(signal) {
  return signal && new Abort(signal, new Token())
}

module.exports = { Connection }
