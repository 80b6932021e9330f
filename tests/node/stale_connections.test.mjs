// Connections that the server ends while the client is idle, or while its process is stopped. No call may be lost.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Program } from './programs/process.mjs'

const REQUEST_TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** How a server ends a connection. */
const ENDS = {
  close: (socket) => socket.destroy(),
  reset: (socket) => socket.resetAndDestroy(),
  // Like Apache and HAProxy.
  'response and close': (socket) => socket.end(REQUEST_TIMEOUT, () => socket.destroy()),
}

/** Starts a server. Returns its URL, and a function that waits for the next request, responds, and returns the socket. */
async function start(t) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const respond = async (number) => {
    const [socket] = await once(server, 'connection')
    // The client may reset a connection that has ended.
    socket.setNoDelay().on('error', () => {})
    let request = ''
    while (!request.endsWith('}')) request += (await once(socket, 'data'))[0]
    const body = JSON.stringify({ id: `msg_${number}`, status: 'queued' })
    const head = `HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    socket.write(head + body)
    return socket
  }
  return { url: `http://127.0.0.1:${server.address().port}/v1`, respond }
}

for (const isFrozen of [false, true]) {
  test(`connections that end while the program is ${isFrozen ? 'stopped' : 'idle'}`, async (t) => {
    const { url, respond } = await start(t)
    let next = respond(0)
    const program = new Program('stale.mjs', [], { environment: { ZEXA_API_KEY: 'zx_demo', ZEXA_BASE_URL: url } })
    let number = 0
    for (const [name, end] of [...Object.entries(ENDS), ...Object.entries(ENDS)]) {
      const socket = await next
      assert.equal(await program.line(), `msg_${number}`, name)
      number += 1
      next = respond(number)
      if (isFrozen) {
        program.kill('SIGSTOP')
        while (!program.isStopped) await turn()
      }
      const closed = once(socket, 'close')
      end(socket)
      await closed
      program.kill('SIGCONT')
    }
    await next
    assert.equal(await program.line(), `msg_${number}`)
    program.kill('SIGKILL')
    await program.end({ status: null, signal: 'SIGKILL' })
  })
}
