// `Zexa`: the client.
'use strict'

const { inspect } = require('node:util')

const { encode, json, query, text } = require('./arguments.js')
const { Connection } = require('./connection.js')
const resources = require('./generated/resources.js')

class Zexa {
  constructor(options) {
    const connection = options instanceof Connection ? options : Connection.open(options, Zexa)
    connection.give(this)
    for (const [name, Resource] of Object.entries(resources)) this[name] = new Resource(connection)
  }

  withOptions(options) {
    return new Zexa(Connection.of(this).with(Zexa.prototype.withOptions, options))
  }

  request(method, path, given, options) {
    return Connection.of(this).call(
      Zexa.prototype.request,
      options,
      (response) => response,
      'request',
      () => {
        const line = encode(OF_LINE, { method, path }, 'arguments')
        const { query = [], body } = encode(OF_REQUEST, given, 'members of a request') ?? {}
        return [line.method ?? '', line.path ?? '', JSON.stringify(query), body]
      },
    )
  }

  close() {
    Connection.of(this).close(Zexa.prototype.close)
  }

  get baseUrl() {
    return Connection.of(this).baseUrl
  }

  /** Without the key. */
  [inspect.custom](_depth, options) {
    return `Zexa ${inspect({ baseUrl: this.baseUrl }, options)}`
  }
}

// The first versions of Node 20 lack the symbol.
if (Symbol.asyncDispose) {
  Object.defineProperty(Zexa.prototype, Symbol.asyncDispose, {
    async value() {
      this.close()
    },
    configurable: true,
    writable: true,
  })
}

const OF_LINE = { method: text('method'), path: text('path') }
const OF_REQUEST = { query: query('query'), body: json('body') }

module.exports = { Zexa }
