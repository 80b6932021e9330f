// Only the promises of the caller reject, in every way in which a call can fail.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from './programs/process.mjs'
import { serverFor } from './sandbox.mjs'

/** The output of a case, apart from unhandled rejections. */
const CASES = {
  failing: '-1',
  failing_lists: '0',
  lists_left: 'left',
  steps_at_once: '1',
  aborted: 'true',
  handled_late: '4',
  logger_throws: '[]',
  stack_writer_throws: '["not_found",200]',
}

for (const [name, said] of Object.entries(CASES)) {
  test(name.replaceAll('_', ' '), async (t) => {
    const server = await serverFor(t, { state: { contacts_count: 50 } })
    assert.deepEqual(await run('rejections.mjs', [name], { server }, { errors: /^/ }), [said, '[]'])
  })
}

test('each promise that the caller does not handle is reported once', async (t) => {
  const [json, more] = await run('rejections.mjs', ['not_handled'], { server: await serverFor(t) })
  const rejections = JSON.parse(json)
  assert.equal(rejections.length, 5)
  for (const rejection of rejections)
    assert.match(rejection, /^unhandledRejection: (NotFoundError|ValidationError|AbortError)/)
  assert.equal(more, '[]')
})
