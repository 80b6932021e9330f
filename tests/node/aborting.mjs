// What tests of aborting share.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'

/** A fault: a request is carried out, and never answered. */
export const STALL = { process: true, then: 'stall' }

/** What a promise is rejected with, which may be anything. */
export function reasonOf(promise) {
  return promise.then(
    (value) => assert.fail(`it was not rejected, but gave ${JSON.stringify(value)}`),
    (reason) => reason,
  )
}

/** Aborts it, and expects just its reason. */
export async function abort(controller, promise, ...reason) {
  controller.abort(...reason)
  assert.equal(await reasonOf(promise), controller.signal.reason)
  nobodyListens(controller.signal)
}

export function nobodyListens(signal) {
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
}

/** Waits until the server sees no more connections than those. */
export async function gone(server, connections = 0) {
  while ((await server.state()).open_connections > connections) await new Promise(setImmediate)
}

/** A logger, and a promise of the first attempt that it is told of, of those that are wanted. */
export function listener(wanted = () => true) {
  const { promise, resolve } = withResolvers()
  const tell = (_, fields) => wanted(fields) && resolve(fields)
  return { attempted: promise, logger: { debug: tell, info: tell } }
}

/** As `Promise.withResolvers`, which Node 20 lacks. */
export function withResolvers() {
  const found = {}
  found.promise = new Promise((resolve, reject) => Object.assign(found, { resolve, reject }))
  return found
}
