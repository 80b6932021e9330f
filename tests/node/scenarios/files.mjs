// The files with scenarios, and the ways to play each scenario.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { ROOT } from '../sandbox.mjs'

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

/**
 * All scenarios in tests/scenarios and in the folder ZEXA_SCENARIOS, each with its file.
 *
 * ZEXA_SCENARIO=text selects those whose file or name contains the text.
 */
export function wanted({ ZEXA_SCENARIOS: additional, ZEXA_SCENARIO: part = '' } = process.env) {
  const all = readFolder(join(ROOT, 'tests', 'scenarios'))
  if (additional) all.push(...readFolder(resolve(ROOT, additional)))
  const selected = all.filter(({ file, scenario }) => file.includes(part) || scenario.name.includes(part))
  if (selected.length === 0) throw new Error(`no scenario contains '${part}' in its file or its name`)
  return selected
}

/** All scenarios in the JSON files of a folder, each with its file. */
export function readFolder(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const all = files.sort().flatMap((name) => {
    const file = join(folder, name)
    return JSON.parse(readFileSync(file, 'utf8')).map((scenario) => ({ file: relative(ROOT, file), scenario }))
  })
  if (all.length === 0) throw new Error(`${folder} contains no scenarios`)
  const names = new Set()
  for (const { file, scenario } of all) {
    if (names.has(scenario.name)) throw new Error(`${file}: duplicate name '${scenario.name}'`)
    if ('result' in scenario === 'error' in scenario) {
      throw new Error(`${file}, ${scenario.name}: needs either result or error`)
    }
    names.add(scenario.name)
  }
  return all
}
