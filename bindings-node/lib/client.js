// `Zexa`: the client.
'use strict'

const { inspect } = require('node:util')

const { encode, json, query, string } = require('./arguments.js')
const { Connection } = require('./connection.js')
const resources = require('./generated/resources.js')

const REQUEST_LINE = { method: string('method'), path: string('path') }
const REQUEST = { query: query('query'), body: json('body') }

class Zexa {
  constructor(options) {
    const connection = options instanceof Connection ? options : Connection.open(options, Zexa)
    connection.attach(this)
    for (const [name, Resource] of Object.entries(resources)) this[name] = new Resource(connection)
  }

  withOptions(options) {
    return new Zexa(Connection.of(this).with(Zexa.prototype.withOptions, options))
  }

  request(method, path, request, options) {
    return Connection.of(this).call(
      Zexa.prototype.request,
      options,
      (response) => response,
      'request',
      () => {
        const line = encode(REQUEST_LINE, { method, path }, 'arguments')
        const { query = [], body } = encode(REQUEST, request, 'members of a request') ?? {}
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

  /** Shows no options: they contain the API key. */
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

module.exports = { Zexa }
