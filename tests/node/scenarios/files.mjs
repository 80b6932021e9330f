// The files that scenarios stand in, and which of them are to be played in which ways.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { ROOT } from '../sandbox.mjs'

/** There is more than one way to make a call, and all must come to the same. */
export const Way = {
  DIRECT: 'direct',
  /** With the options in `withOptions`, times as `Date`s, and an event as a string. */
  DERIVED: 'derived',
  /** A list by its pages. */
  PAGES: 'by pages',
  /** A list by `toArray`. */
  ARRAY: 'as an array',
  /** A list that is awaited, which gives its first page. */
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
  // Of an array that was never made, nobody has the first items.
  if (call.page === undefined && scenario.items === undefined) found.push(Way.ARRAY)
  return found
}

/**
 * All scenarios of tests/scenarios, and those of the folder named by ZEXA_SCENARIOS, each with its file.
 *
 * ZEXA_SCENARIO=text leaves only those whose file or name holds that text.
 */
export function wanted({ ZEXA_SCENARIOS: further, ZEXA_SCENARIO: part = '' } = process.env) {
  const all = readFolder(join(ROOT, 'tests', 'scenarios'))
  if (further) all.push(...readFolder(resolve(ROOT, further)))
  const some = all.filter(({ file, scenario }) => file.includes(part) || scenario.name.includes(part))
  if (some.length === 0) throw new Error(`no scenario has '${part}' in its file or its name`)
  return some
}

/** All scenarios of the JSON files in a folder, each with its file. */
export function readFolder(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const all = files.sort().flatMap((name) => {
    const file = join(folder, name)
    return JSON.parse(readFileSync(file, 'utf8')).map((scenario) => ({ file: relative(ROOT, file), scenario }))
  })
  if (all.length === 0) throw new Error(`${folder} holds no scenarios`)
  const names = new Set()
  for (const { file, scenario } of all) {
    if (names.has(scenario.name)) throw new Error(`${file}: there are two of the name '${scenario.name}'`)
    if ('result' in scenario === 'error' in scenario) {
      throw new Error(`${file}, ${scenario.name}: needs either result or error`)
    }
    names.add(scenario.name)
  }
  return all
}
