// The scenarios, and the ways to play each scenario.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, sandboxProgram } from '../sandbox.mjs'

/** The ways to make a call. All must have the same result. */
export const Way = {
  DIRECT: 'direct',
  /** With the options passed to `withOptions()`, times as `Date`s, and an event as a string. */
  DERIVED: 'derived',
  /** A list, by its pages. */
  PAGES: 'by pages',
  /** A list, by `toArray()`. */
  ARRAY: 'as an array',
  /** A list that is awaited, which returns its first page. */
  AWAITED: 'awaited',
}

export const isCancelled = ({ call }) =>
  call?.cancel_after_requests !== undefined || call?.cancel_after_attempts !== undefined

/** The ways to make a scenario's call. */
export function ways(scenario) {
  const { call } = scenario
  if (call === undefined) return [Way.DIRECT]
  const found = [Way.DIRECT, Way.DERIVED]
  if (!call.operation.endsWith('.list')) return found
  if (call.page === 1) found.push(Way.AWAITED)
  if (call.page === undefined) found.push(Way.PAGES)
  // A failed `toArray()` returns no items.
  if (call.page === undefined && scenario.items === undefined) found.push(Way.ARRAY)
  return found
}

/** Creates a directory with a copy of the ledger whose hashes never change. */
export function newDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'zexa-scenario-'))
  copyFileSync(join(ROOT, 'tests/scenarios/golden_ledger.db'), join(directory, 'golden_ledger.db'))
  return directory
}

/** The selected scenarios, each with its file. `environment` may have the variables ZEXA_SCENARIOS and ZEXA_SCENARIO. */
export function selected(environment = process.env) {
  const options = { encoding: 'utf8', env: environment, maxBuffer: 1 << 28, stdio: 'pipe' }
  return JSON.parse(execFileSync(sandboxProgram(), ['--scenarios', ROOT], options))
}
