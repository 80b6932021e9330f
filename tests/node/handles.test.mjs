// The package leaves no open handles, by the rules of Jest and of Node.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathFor } from './ledgers.mjs'
import { run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

test('no open handle by the rule of --detectOpenHandles of Jest', async (t) => {
  const [seen, ofPackage, active] = await run('handles.cjs', [pathFor(t)], { server: await serverFor(t) })
  // The timer of the program, which shows that the rule finds handles.
  assert.deepEqual(JSON.parse(seen), ['Timeout'])
  assert.deepEqual(JSON.parse(ofPackage), [])
  assert.deepEqual(JSON.parse(active), [])
})
