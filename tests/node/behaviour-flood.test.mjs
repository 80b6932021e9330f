// Responses that wait for delivery are not lost, even if they are large.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

const MIB = 1 << 20

/** Number and size of the responses. V8's strings are limited to 512 MiB, so they cannot be delivered together. */
const CASES = [
  [80, 7.75 * MIB],
  [400, 0.25 * MIB],
]

for (const [count, bytes] of CASES) {
  test(`${count} of ${bytes / MIB} MiB`, async (t) => {
    const faults = [
      { path: '/large/*', times: 0, status: 200, fill: bytes, then: 'close' },
      { path: '/credits', times: 0, then: 'close' },
    ]
    const server = await serverFor(t, { faults })
    assert.deepEqual(await run('flood.mjs', ['flood', count, bytes], { server }), [JSON.stringify([true, count, 4250])])
  })
}
