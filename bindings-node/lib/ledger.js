// `Ledger`: the record of what was sent, by idempotency key. Clients write it; this class shows and settles rows in doubt.
'use strict'

const { inspect } = require('node:util')

const { dateTime, encode, encodeRequired, ignoreResult, option, string } = require('./arguments.js')
const { completionQueue, detachedError, startCall } = require('./calls.js')
const { callNative, captureSite, withSite } = require('./errors.js')
const { ConfigError } = require('./generated/errors.js')
const { reviveDoubtfulRow, reviveLedgerCounts } = require('./generated/ledger.js')
const { registerPlace } = require('./misplaced.js')
const { NativeLedger } = require('./native.js')

const OPEN_OPTIONS = { create: option.flag('create') }
const ID = { id: string('id') }

registerPlace(OPEN_OPTIONS, 'is an option of Ledger.open()')

/** The addon's object and the path of each ledger. Not private fields, so that a method without its object can reject. */
const files = new WeakMap()

class Ledger {
  constructor(native, path) {
    if (!(native instanceof NativeLedger)) throw new TypeError('a ledger is opened with Ledger.open(), not with new')
    files.set(this, { native, path })
  }

  static open(path, options) {
    const site = captureSite(Ledger.open)
    try {
      const file = encodeRequired(option.location, 'path', path, ConfigError)
      const { create = false } = encode(OPEN_OPTIONS, options, 'options of Ledger.open', ConfigError) ?? {}
      const native = callNative(() => new NativeLedger(completionQueue))
      const revive = (absolute) => new Ledger(native, absolute)
      return startCall(site, undefined, revive, (number) => native.open(number, file, create))
    } catch (error) {
      return Promise.reject(withSite(site, error))
    }
  }

  get path() {
    return files.get(this)?.path
  }

  counts() {
    return call(this, Ledger.prototype.counts, reviveLedgerCounts)
  }

  inDoubt() {
    return call(this, Ledger.prototype.inDoubt, (rows) => rows.map(reviveDoubtfulRow))
  }

  markSent(key, id) {
    return call(this, Ledger.prototype.markSent, ignoreResult, () => [
      encodeRequired(string, 'key', key),
      encode(ID, { id }, 'arguments').id,
    ])
  }

  markNotSent(key) {
    return call(this, Ledger.prototype.markNotSent, ignoreResult, () => [encodeRequired(string, 'key', key)])
  }

  prune(before) {
    return call(
      this,
      Ledger.prototype.prune,
      (count) => count,
      () => [encodeRequired(dateTime, 'before', before)],
    )
  }

  export(path) {
    return call(
      this,
      Ledger.prototype.export,
      (count) => count,
      () => [encodeRequired(option.path, 'path', path)],
    )
  }

  [inspect.custom](_depth, options) {
    return `Ledger ${inspect({ path: this.path }, options)}`
  }
}

/** Calls the addon's method of the same name. `readArguments` returns its arguments, and `revive` converts the result for the caller. */
function call(ledger, method, revive, readArguments = () => []) {
  const file = files.get(ledger)
  if (file === undefined) return Promise.reject(detachedError(method, 'ledger'))
  const site = captureSite(method)
  try {
    const args = readArguments()
    return startCall(site, undefined, revive, (number) => file.native[method.name](number, ...args))
  } catch (error) {
    return Promise.reject(withSite(site, error))
  }
}

module.exports = { Ledger }
