// A PostgreSQL server in a temporary folder.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export const PASSWORD = 'zx_top_secret/+'

/** Where Debian installs the programs of the server, in a folder per version. They are not in the `PATH`. */
const VERSIONS = '/usr/lib/postgresql'

function program(name) {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).map((version) => join(VERSIONS, version, 'bin')) : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

const [INITDB, SERVER, READY] = ['initdb', 'postgres', 'pg_isready'].map(program)

/** The reason why the tests are skipped, or `false`. */
export const missing = INITDB && SERVER && READY ? false : 'PostgreSQL is not installed: apt-get install postgresql'

/** The user and the group that run the server, which refuses to run as root. */
function otherUser() {
  if (process.geteuid() !== 0) return {}
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const entry = ['postgres', 'nobody'].map((name) => lines.find((line) => line.startsWith(`${name}:`))).find(Boolean)
  const [, , uid, gid] = entry.split(':').map(Number)
  return { uid, gid }
}

/** Starts a server, which ends with the test `t`. Returns a URL without the name of a ledger. */
export async function startPostgres(t) {
  // The path of a socket must be short.
  const folder = mkdtempSync(join(tmpdir(), 'pg-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const user = otherUser()
  const [data, password] = [join(folder, 'data'), join(folder, 'password')]
  writeFileSync(password, PASSWORD)
  if (user.uid !== undefined) for (const path of [folder, password]) chownSync(path, user.uid, user.gid)
  const options = ['--no-sync', '--no-locale', '--encoding=UTF8', '--auth=scram-sha-256', '--username=zexa']
  const made = spawnSync(INITDB, [...options, `--pwfile=${password}`, data], { cwd: folder, ...user })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const listen = ['-k', folder, '-h', '', '-c', 'fsync=off', '-c', 'shared_buffers=16MB']
  const server = spawn(SERVER, ['-D', data, ...listen], { cwd: folder, stdio: 'ignore', ...user })
  t.after(async () => {
    if (server.exitCode === null) {
      server.kill('SIGINT')
      await once(server, 'exit')
    }
  })
  while (spawnSync(READY, ['-q', '-h', folder]).status !== 0) {
    if (server.exitCode !== null) throw new Error('the server has ended')
  }
  return `postgres://zexa:${encodeURIComponent(PASSWORD)}@${encodeURIComponent(folder)}/postgres`
}
