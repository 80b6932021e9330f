// `Zexa`: the client.
'use strict'

const { inspect } = require('node:util')

const { encode, json, query, text } = require('./arguments.js')
const { Connection } = require('./connection.js')
const resources = require('./generated/resources.js')

class Zexa {
  #connection

  constructor(options) {
    this.#connection = options instanceof Connection ? options : Connection.open(options, Zexa)
    for (const [name, Resource] of Object.entries(resources)) this[name] = new Resource(this.#connection)
  }

  withOptions(options) {
    return new Zexa(this.#connection.with(Zexa.prototype.withOptions, options))
  }

  request(method, path, given, options) {
    return this.#connection.call(
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
    this.#connection.close()
  }

  get baseUrl() {
    return this.#connection.baseUrl
  }

  /** Without the key. */
  [inspect.custom](_depth, options) {
    return `Zexa ${inspect({ baseUrl: this.baseUrl }, options)}`
  }
}

const OF_LINE = { method: text('method'), path: text('path') }
const OF_REQUEST = { query: query('query'), body: json('body') }

module.exports = { Zexa }
