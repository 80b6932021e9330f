// A Redis server in a temporary folder, for limiters.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const PASSWORD = 'zx_top_secret'

/** The reason why the tests are skipped, or `false`. */
export const missing = spawnSync('redis-server', ['--version']).error
  ? 'redis-server is not installed: apt-get install redis-server'
  : false

/** Returns a port of the loopback interface that is free at the moment. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

/** Starts a server, which ends with the test `t`. Returns the URL of a limiter without parameters. */
export async function startLimiter(t) {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const port = await freePort()
  const options = ['--bind', '127.0.0.1', '--save', '', '--requirepass', PASSWORD]
  const server = spawn('redis-server', ['--port', String(port), ...options], { cwd: folder, stdio: 'ignore' })
  t.after(async () => {
    if (server.exitCode === null) {
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
    rmSync(folder, { recursive: true })
  })
  while (!(await accepts(port))) {
    if (server.exitCode !== null) throw new Error('the server has ended')
  }
  return `redis://:${PASSWORD}@127.0.0.1:${port}`
}
