// Loads the native addon: from the package for this system, or from a build next to the sources.
'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { withDeepStack } = require('./handles.js')

const SYSTEM = `${process.platform}-${process.arch}`

/** The builds for each system, which are the suffixes of the npm packages. Linux has one for glibc and one for musl. */
const BUILDS = {
  'darwin-arm64': ['darwin-arm64'],
  'darwin-x64': ['darwin-x64'],
  'linux-arm64': ['linux-arm64-gnu', 'linux-arm64-musl'],
  'linux-x64': ['linux-x64-gnu', 'linux-x64-musl'],
  'win32-arm64': ['win32-arm64-msvc'],
  'win32-x64': ['win32-x64-gnu'],
}

/**
 * Loads the addon from the npm package of a build, or returns the reason why it cannot. The names are literals, and in a block with `try`, so that bundlers
 * find those that are installed and accept that the others are not.
 */
function loadBuild(build) {
  try {
    switch (build) {
      case 'darwin-arm64':
        return { addon: require('@zexa/darwin-arm64') }
      case 'darwin-x64':
        return { addon: require('@zexa/darwin-x64') }
      case 'linux-arm64-gnu':
        return { addon: require('@zexa/linux-arm64-gnu') }
      case 'linux-arm64-musl':
        return { addon: require('@zexa/linux-arm64-musl') }
      case 'linux-x64-gnu':
        return { addon: require('@zexa/linux-x64-gnu') }
      case 'linux-x64-musl':
        return { addon: require('@zexa/linux-x64-musl') }
      case 'win32-arm64-msvc':
        return { addon: require('@zexa/win32-arm64-msvc') }
      case 'win32-x64-gnu':
        return { addon: require('@zexa/win32-x64-gnu') }
    }
  } catch (cause) {
    return { cause }
  }
}

/** Loads the addon from its npm package. Package managers install that for the C library of this system, or both. */
function loadFromPackage() {
  const causes = new Map()
  for (const build of BUILDS[SYSTEM] ?? []) {
    const { addon, cause } = loadBuild(build)
    if (addon !== undefined) return addon
    causes.set(build, cause)
  }
  throw loadError(causes)
}

/** Loads the addon that a developer copied next to the sources, if there is one. A bundle has no `__dirname`. */
function loadFromSources() {
  if (typeof __dirname !== 'string') return undefined
  const files = (BUILDS[SYSTEM] ?? []).map((build) => join(__dirname, '..', `zexa.${build}.node`))
  const file = files.find(existsSync)
  if (file === undefined) return undefined
  const addon = { exports: {} }
  process.dlopen(addon, file)
  return addon.exports
}

/** The error that says how to get the addon, from the reason for each build. */
function loadError(causes) {
  const name = buildOfThisSystem()
  const cause = causes.get(name)
  if (cause === undefined) {
    const builds = Object.values(BUILDS).flat().join(', ')
    return new Error(
      `zexa has no native addon for ${name}. Supported systems: ${builds}. Elsewhere, build it from the sources: ` +
        'BUILDING.md in bindings-node of the repository says how',
    )
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

/** The build for this system, whether it exists or not. */
function buildOfThisSystem() {
  if (process.platform === 'linux') return SYSTEM + (isMusl() ? '-musl' : '-gnu')
  return BUILDS[SYSTEM]?.[0] ?? SYSTEM
}

/** Whether this Node uses musl. The report is slow, so this is called after a failure only. */
function isMusl() {
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
