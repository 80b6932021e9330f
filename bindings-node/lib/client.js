// `Zexa`: the client.
'use strict'

const { encode, isObject, described, text, written } = require('./arguments.js')
const { Connection } = require('./connection.js')
const resources = require('./generated/resources.js')

class Zexa {
  #connection

  constructor(options) {
    this.#connect(options instanceof Connection ? options : Connection.open(options, Zexa))
  }

  #connect(connection) {
    this.#connection = connection
    for (const [name, Resource] of Object.entries(resources)) {
      Object.defineProperty(this, name, { value: new Resource(connection), enumerable: true, configurable: true, writable: true })
    }
  }

  withOptions(options) {
    return new Zexa(this.#connection.with(options))
  }

  request(method, path, given, options) {
    return this.#connection.call(Zexa.prototype.request, options, (response) => response, (native, number, options, token) => {
      const { query = [], body } = encode(OF_REQUEST, given, 'members of a request') ?? {}
      const request = encode(OF_LINE, { method, path }, 'arguments') ?? {}
      native.request(number, request.method ?? '', request.path ?? '', JSON.stringify(query), body, options, token)
    })
  }

  close() {
    this.#connection.close()
  }

  get baseUrl() {
    return this.#connection.baseUrl
  }
}

const OF_LINE = { method: text('method'), path: text('path') }
const OF_REQUEST = { query: { key: 'query', read: pairs }, body: { key: 'body', read: written } }

/** A query as pairs of text: numbers and booleans as they are written, arrays as one pair for each item. */
function pairs(refuse, value) {
  if (!isObject(value) || Array.isArray(value)) refuse(`must be an object, not ${described(value)}`)
  const all = Symbol.iterator in value ? [...value] : Object.entries(value)
  return all.flatMap(([name, one]) =>
    [one].flat().filter((one) => one !== undefined && one !== null).map((one) => {
      if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean') {
        refuse(`${name} must be a string, a number, a boolean or an array of them, not ${described(one)}`)
      }
      return [name, String(one)]
    }),
  )
}

module.exports = { Zexa }
