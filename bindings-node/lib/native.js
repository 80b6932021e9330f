// Loads the native addon: from the package for this system, or from a build next to the sources.
'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { withDeepStack } = require('./handles.js')

const SYSTEM = `${process.platform}-${process.arch}`

/** The supported systems: Node's name, and the suffix of the npm package. */
const BUILDS = { 'linux-x64': 'linux-x64-gnu' }

/** Loads the addon from its npm package. The names are literals, so that bundlers find them. */
function loadFromPackage() {
  try {
    switch (SYSTEM) {
      case 'linux-x64':
        return require('@zexa/linux-x64-gnu')
    }
  } catch (cause) {
    throw loadError(cause)
  }
  throw loadError()
}

/** Loads the addon that a developer copied next to the sources, if there is one. A bundle has no `__dirname`. */
function loadFromSources() {
  const file = typeof __dirname === 'string' ? join(__dirname, '..', `zexa.${BUILDS[SYSTEM]}.node`) : ''
  if (!existsSync(file)) return undefined
  const addon = { exports: {} }
  process.dlopen(addon, file)
  return addon.exports
}

/** The error that says how to get the addon. */
function loadError(cause) {
  const name = BUILDS[SYSTEM]
  const musl = isMusl()
  if (name === undefined || musl) {
    const builds = Object.values(BUILDS).join(', ')
    return new Error(`zexa has no native addon for ${SYSTEM}${musl ? '-musl' : ''}. Supported systems: ${builds}`, {
      cause,
    })
  }
  if (cause.code !== 'MODULE_NOT_FOUND') {
    return new Error(`the native addon of zexa for ${name} cannot be loaded: ${cause.message}`, { cause })
  }
  return new Error(
    `@zexa/${name} is not installed: the package with the native addon of zexa, an optional dependency. ` +
      'Install zexa without --omit=optional or --no-optional. If the lock file or node_modules was created on another system, ' +
      'delete node_modules and package-lock.json, then run npm install. ' +
      'In a bundle, mark zexa as external, and install it where the bundle runs.',
    { cause },
  )
}

/** Whether this Node uses musl. The report is slow, so this is called after a failure only. */
function isMusl() {
  if (process.platform !== 'linux') return false
  const { report } = process
  const { excludeNetwork } = report
  // The report would otherwise look up the host names of all connections.
  report.excludeNetwork = true
  try {
    return report.getReport().header.glibcVersionRuntime === undefined
  } finally {
    report.excludeNetwork = excludeNetwork
  }
}

module.exports = withDeepStack(() => loadFromSources() ?? loadFromPackage())
