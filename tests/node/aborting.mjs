// What tests of aborting share.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { CancelledError } from './zexa.mjs'

/** A fault: a request is carried out, and never answered. */
export const STALL = { process: true, then: 'stall' }

/** What a promise is rejected with, which may be anything. */
export function reasonOf(promise) {
  return promise.then(
    (value) => assert.fail(`it was not rejected, but gave ${JSON.stringify(value)}`),
    (reason) => reason,
  )
}

/** The error of a call whose signal was aborted. */
export async function cancellationOf(promise) {
  const error = await reasonOf(promise)
  assert.ok(error instanceof CancelledError, inspect(error))
  assert.equal(error.kind, 'cancelled')
  return error
}

/** The cause of that error: the reason of the signal. */
export async function causeOf(promise) {
  return (await cancellationOf(promise)).cause
}

/** Aborts a call, and gives its error. */
export async function abort(controller, promise, ...reason) {
  controller.abort(...reason)
  const error = await cancellationOf(promise)
  assert.equal(error.cause, controller.signal.reason)
  nobodyListens(controller.signal)
  return error
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
