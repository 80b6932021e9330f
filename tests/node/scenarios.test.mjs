// Every scenario in tests/scenarios and in the folder ZEXA_SCENARIOS, in every way to make its call.
// Expected and actual numbers are JavaScript numbers, and times have milliseconds.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sandbox } from './sandbox.mjs'
import { selected, ways } from './scenarios/files.mjs'
import { play } from './scenarios/play.mjs'

/** Scenarios spend most of their time waiting. */
const AT_A_TIME = 32

describe('scenarios', { concurrency: AT_A_TIME }, () => {
  const played = new Set()
  let plays = 0

  for (const { file, scenario } of selected()) {
    for (const way of ways(scenario)) {
      it(`${file}: ${scenario.name} [${way}]`, async () => {
        plays += 1
        played.add(scenario)
        const found = await play(await sandbox(), scenario, way)
        assert.deepEqual(found, [])
      })
    }
  }

  // Not in a hook: Node runs no hook if `--test-name-pattern` selects no test.
  process.once('exit', () => {
    console.log(`${played.size} scenarios played in ${plays} ways`)
    if (plays > 0) return
    console.log('nothing was played')
    process.exitCode = 1
  })
})
