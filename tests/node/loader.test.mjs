// What whoever installs the package is told where its addon cannot be had.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const LIBRARY = import.meta.resolve('zexa')
/** What loads the addon, and nothing else. */
const LOADER = ['native.js', 'handles.js']
const ADDON = '@zexa/linux-x64-gnu'
const only = { skip: `${process.platform}-${process.arch}` !== 'linux-x64' && 'there is no package for this system' }

/** The loader in a package that is installed where no other is seen. Gives what it throws in a program that begins with `before`. */
async function failure(t, before = '', addon = undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'zexa-'))
  t.after(() => rm(folder, { recursive: true }))
  const library = join(folder, 'node_modules', 'zexa', 'lib')
  await mkdir(library, { recursive: true })
  for (const name of LOADER) await copyFile(new URL(name, LIBRARY), join(library, name))
  if (addon !== undefined) {
    const other = join(folder, 'node_modules', ADDON)
    await mkdir(other, { recursive: true })
    await writeFile(join(other, 'package.json'), JSON.stringify({ name: ADDON, main: 'addon.node' }))
    await writeFile(join(other, 'addon.node'), addon)
  }
  const program = `${before}
    try {
      require('zexa/lib/native.js')
    } catch ({ message, cause }) {
      const after = process.report.excludeNetwork
      console.log(JSON.stringify({ message, cause: cause && { code: cause.code }, after }))
    }`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: folder })
  return JSON.parse(stdout)
}

test('a package that npm has left out is named, with what to do', only, async (t) => {
  const { message, cause } = await failure(t)
  assert.match(message, new RegExp(`^${ADDON} is not installed: `))
  for (const told of ['--omit=optional', 'delete node_modules and package-lock.json', 'npm install', 'For a bundle']) {
    assert.ok(message.includes(told), message)
  }
  assert.deepEqual(cause, { code: 'MODULE_NOT_FOUND' })
})

test('an addon that is damaged is not taken for one that is missing', only, async (t) => {
  const { message, cause } = await failure(t, '', 'not a library')
  assert.match(message, /^zexa's addon for linux-x64-gnu cannot be loaded: .*addon\.node: /)
  assert.deepEqual(cause, { code: 'ERR_DLOPEN_FAILED' })
})

test('a system that there is no addon for is told of those that there are', async (t) => {
  const { message } = await failure(t, `Object.defineProperty(process, 'arch', { value: 'mips' })`)
  assert.match(message, /^zexa has no addon for \w+-mips(-musl)?, but for linux-x64-gnu$/)
})

test('a Linux without glibc is told that it is this', only, async (t) => {
  const musl = `
    process.report.excludeNetwork = false
    process.report.getReport = () => ({ header: {} })`
  const { message, after } = await failure(t, musl, 'for glibc')
  assert.equal(message, 'zexa has no addon for linux-x64-musl, but for linux-x64-gnu')
  assert.equal(after, false, 'what reports hold is as it was')
})
