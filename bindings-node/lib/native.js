// Loads the addon: that of the package for this system, or beside the sources, that which was built of them.
'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { unreported } = require('./handles.js')

const SYSTEM = `${process.platform}-${process.arch}`

/** The systems that there is an addon for, by what Node calls them, and how npm's packages name them. */
const BUILDS = { 'linux-x64': 'linux-x64-gnu' }

/** The addon of the package for this system. Each is asked for by its whole name: that is what bundlers see. */
function ofPackage() {
  try {
    switch (SYSTEM) {
      case 'linux-x64':
        return require('@zexa/linux-x64-gnu')
    }
  } catch (cause) {
    throw failure(cause)
  }
  throw failure()
}

/** What `cargo build` has made, put beside the sources by whoever works on them. A bundle has no folder of its own. */
function ofSources() {
  const file = typeof __dirname === 'string' ? join(__dirname, '..', `zexa.${BUILDS[SYSTEM]}.node`) : ''
  if (!existsSync(file)) return undefined
  const addon = { exports: {} }
  process.dlopen(addon, file)
  return addon.exports
}

/** Says what whoever installed this can do. */
function failure(cause) {
  const name = BUILDS[SYSTEM]
  const musl = isMusl()
  if (name === undefined || musl) {
    const builds = Object.values(BUILDS).join(', ')
    return new Error(`zexa has no addon for ${SYSTEM}${musl ? '-musl' : ''}, but for ${builds}`, { cause })
  }
  if (cause.code !== 'MODULE_NOT_FOUND') {
    return new Error(`zexa's addon for ${name} cannot be loaded: ${cause.message}`, { cause })
  }
  return new Error(
    `@zexa/${name} is not installed: the package with zexa's addon for this system. It is an optional dependency of zexa. ` +
      'Install zexa without --omit=optional or --no-optional. Where that was not given, it may be that a lock file or ' +
      'node_modules came from another system: delete node_modules and package-lock.json, then run npm install. ' +
      'For a bundle, zexa is to be external, and installed where the bundle runs.',
    { cause },
  )
}

/** Whether this Node is for another library of C than the addons for Linux are. Slow to ask, and only asked when something has failed. */
function isMusl() {
  if (process.platform !== 'linux') return false
  const { report } = process
  const { excludeNetwork } = report
  // It would ask for the names of all addresses that are connected.
  report.excludeNetwork = true
  try {
    return report.getReport().header.glibcVersionRuntime === undefined
  } finally {
    report.excludeNetwork = excludeNetwork
  }
}

module.exports = unreported(() => ofSources() ?? ofPackage())
