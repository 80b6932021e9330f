// Helpers of the tests of aborting.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { CancelledError } from './zexa.mjs'

/** A fault: the server carries out a request, and never responds. */
export const STALL = { process: true, then: 'stall' }

/** The reason with which a promise rejects, which may be anything. */
export function reasonOf(promise) {
  return promise.then(
    (value) => assert.fail(`not rejected, but resolved with ${JSON.stringify(value)}`),
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

/** The cause of that error, which is the reason of the signal. */
export async function causeOf(promise) {
  return (await cancellationOf(promise)).cause
}

/** Aborts a call, and returns its error. */
export async function abort(controller, promise, ...reason) {
  controller.abort(...reason)
  const error = await cancellationOf(promise)
  assert.equal(error.cause, controller.signal.reason)
  assertNoListeners(controller.signal)
  return error
}

export function assertNoListeners(signal) {
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
}

/** Waits until the server has at most this number of open connections. */
export async function connectionsClosed(server, connections = 0) {
  while ((await server.state()).open_connections > connections) await new Promise(setImmediate)
}

/** A logger, and a promise of the first attempt that `isWanted` accepts. */
export function attemptLogger(isWanted = () => true) {
  const { promise, resolve } = withResolvers()
  const log = (_, fields) => isWanted(fields) && resolve(fields)
  return { attempted: promise, logger: { debug: log, info: log } }
}

/** Same as `Promise.withResolvers()`, which Node 20 lacks. */
export function withResolvers() {
  const resolvers = {}
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }))
  return resolvers
}
