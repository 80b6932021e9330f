// What test runners see of the package: no handle that would be open, neither by Jest's rule nor by Node's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

test('no handle is open by the rule of --detectOpenHandles of Jest', async (t) => {
  const [seen, ofPackage, active] = await run('handles.cjs', [], { server: await serverFor(t) })
  // The program's own timer, so that the rule would find something.
  assert.deepEqual(JSON.parse(seen), ['Timeout'])
  assert.deepEqual(JSON.parse(ofPackage), [])
  assert.deepEqual(JSON.parse(active), [])
})
