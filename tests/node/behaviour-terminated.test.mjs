// The calls of a terminated worker end: nothing more is sent for them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { connectionsClosed } from './abort_helpers.mjs'
import { RESPONSES } from './examples.mjs'
import { serverFor } from './sandbox.mjs'

const LEAVING = new URL('programs/leaving.mjs', import.meta.url)
const QUEUED = { ...RESPONSES.message, status: 'queued' }
const RETRY_LATER = { status: 429, headers: { 'Retry-After': '2' }, times: 0 }

const CASES = {
  'a wait between two looks': { state: { messages: [QUEUED] } },
  'a message that is to be sent again': { faults: [{ ...RETRY_LATER, method: 'POST' }] },
  'a page of a list': { faults: [{ ...RETRY_LATER, path: '/contacts' }] },
}

for (const [name, described] of Object.entries(CASES)) {
  test(name, async (t) => {
    const server = await serverFor(t, described)
    const worker = new Worker(LEAVING, { workerData: { name, options: server.options } })
    await server.requests(1)
    await worker.terminate()
    // A call that continued would keep its connection, or use it again.
    await connectionsClosed(server)
    const { length } = await server.requests()
    if (!name.startsWith('a wait')) assert.equal(length, 1)
    assert.equal((await server.state()).connections, 1)
  })
}
