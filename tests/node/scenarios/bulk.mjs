// Makes the bulk runs of scenarios.
import zexa from '../zexa.mjs'
import { errorToJson } from './errors.mjs'
import { Way } from './files.mjs'
import { snake } from './names.mjs'
import { Broken, ofModel } from './objects.mjs'

/** The key of the object in a result, by operation. */
const VALUES = { 'messages.send_many': 'message', 'contacts.create_many': 'contact' }

export const isBulk = ({ operation }) => operation in VALUES

/** The rows as a source: an array, or an async generator. */
export function sourceOf(rows, way) {
  return way === Way.DERIVED ? pulled(rows) : rows
}

async function* pulled(rows) {
  yield* rows
}

/** Takes the results of a run until it ends. Returns `results`, `stats` and `stopped`. */
export async function takeRun(run, call) {
  const results = []
  const stopIfDue = () => {
    if (call.stop_after_results === results.length) run.stop()
  }
  stopIfDue()
  let stopped = null
  try {
    for await (const result of run) {
      results.push(rowToJson(result, VALUES[call.operation]))
      stopIfDue()
    }
  } catch (error) {
    if (!(error instanceof zexa.StoppedError)) throw error
    stopped = errorToJson(error)
  }
  if (!call.bulk?.ordered) results.sort((one, other) => one.index - other.index)
  const stats = ofModel(run.stats())
  if (run.ledger !== stats.ledger) throw new Broken(`the ledger of the run is ${run.ledger}, but not in its progress`)
  return { results, stats, stopped }
}

function rowToJson(result, value) {
  const absent = Object.keys(result).filter((name) => result[name] === undefined || result[name] === null)
  if (absent.length > 0) throw new Broken(`${absent} of the result are absent, but keys`)
  const { [value]: object, error, ...others } = result
  const whole = Object.fromEntries(Object.entries(others).map(([name, member]) => [snake(name), member]))
  return { ...whole, [value]: object && ofModel(object), error: error && errorToJson(error) }
}
