// The connection that a client shares with its resources: the addon's client, and the signal of all its calls.
'use strict'

const { AbortBinding, completionQueue, detachedError, startCall } = require('./calls.js')
const { calledFrom, callNative, captureSite, withSite } = require('./errors.js')
const { register } = require('./logger.js')
const { NativeClient, Token } = require('./native.js')
const { encodeBulkOptions, encodeCallOptions, encodeClientOptions } = require('./options.js')

/** The connections of clients and resources. Not a private field, so that a method without its object can reject. */
const connections = new WeakMap()

/** Modules that many programs do not need. They are loaded at their first use, because loading them with the package takes a tenth of its start-up time. */
const lazy = {
  get BulkRun() {
    return require('./bulk.js').BulkRun
  },
  get List() {
    return require('./list.js').List
  },
  get Source() {
    return require('./source.js').Source
  },
}

class Connection {
  #native
  #logger
  #signal

  constructor(native, logger, signal) {
    this.#native = native
    this.#logger = logger
    this.#signal = signal
  }

  /** The connection attached to `object`, or a `DetachedConnection`. */
  static of(object) {
    return connections.get(object) ?? detached
  }

  /** Makes this the connection of `object`. */
  attach(object) {
    connections.set(object, this)
  }

  /** Opens the connection of a new client. Errors name the line that calls the constructor `Client`. */
  static open(input, Client) {
    return calledFrom(Client, () => {
      const { logger, options, environment } = encodeClientOptions(input)
      return new Connection(
        callNative(() => new NativeClient(completionQueue, options, environment, logger && register(logger))),
        logger,
      )
    })
  }

  get baseUrl() {
    return this.#native.baseUrl
  }

  /** A connection with other options, for `method`. */
  with(method, input) {
    try {
      const { signal = this.#signal, options } = encodeCallOptions(input)
      const native = options === undefined ? this.#native : callNative(() => this.#native.withOptions(options))
      return new Connection(native, this.#logger, signal)
    } catch (error) {
      throw withSite(captureSite(method), error)
    }
  }

  close() {
    this.#native.close()
  }

  /**
   * Starts a call. `method` is the method that the program called, `input` its options, `name` the addon's method, and `readArguments` returns the
   * arguments of that. `revive` converts the result for the caller.
   */
  call(method, input, revive, name, readArguments) {
    const site = captureSite(method, this.#logger)
    try {
      const { signal, options } = this.#options(input)
      const args = readArguments()
      const abort = bindAbort(signal)
      return startCall(site, abort, revive, (number) => this.#native[name](number, ...args, options, abort?.token))
    } catch (error) {
      return Promise.reject(withSite(site, error))
    }
  }

  /** Creates a list. Errors in its arguments are reported when it is read. */
  list(method, input, revive, name, readArguments) {
    const site = captureSite(method, this.#logger)
    let open
    try {
      const { signal, options } = this.#options(input)
      const args = readArguments()
      open = () => {
        const abort = bindAbort(signal)
        return { abort, list: callNative(() => this.#native[name](...args, options, abort?.token)) }
      }
    } catch (error) {
      withSite(site, error)
      open = () => {
        throw error
      }
    }
    return new lazy.List(site, revive, open, name)
  }

  /** Begins a bulk run. `row` describes the rows. */
  run(method, rows, input, name, row) {
    const site = captureSite(method, this.#logger)
    try {
      const { signal = this.#signal, run, options } = encodeBulkOptions(input)
      const source = new lazy.Source(rows)
      return new lazy.BulkRun(
        site,
        callNative(() => this.#native[name](run, options)),
        source,
        row,
        signal,
      )
    } catch (error) {
      throw withSite(site, error)
    }
  }

  #options(input) {
    const { signal = this.#signal, options } = encodeCallOptions(input)
    return { signal, options }
  }
}

/** The connection of a method that was called without its object, as by `const { send } = zexa.messages`. */
class DetachedConnection {
  call(method) {
    return Promise.reject(detachedError(method, 'object'))
  }

  list(method) {
    const error = detachedError(method, 'object')
    return new lazy.List(captureSite(method), undefined, () => {
      throw error
    })
  }

  run(method) {
    throw detachedError(method, 'object')
  }

  with(method) {
    throw detachedError(method, 'object')
  }

  close(method) {
    throw detachedError(method, 'object')
  }
}

const detached = new DetachedConnection()

/** Binds a signal to a new cancel token of the addon. */
function bindAbort(signal) {
  return signal && new AbortBinding(signal, new Token())
}

module.exports = { Connection }
