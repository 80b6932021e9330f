// The errors if the native addon cannot be loaded: they say what to do.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

/** The folder of the JavaScript. */
const LIBRARY = new URL('.', import.meta.resolve('zexa'))
const ADDON = '@zexa/linux-x64-gnu'
const MUSL = '@zexa/linux-x64-musl'
/** Makes Node look like one that uses musl. */
const MUSL_REPORT = `
  process.report.excludeNetwork = false
  process.report.getReport = () => ({ header: {} })`
/** An addon with what the package needs when it is loaded, which says that it was loaded. */
const addonNamed = (name) => `globalThis.loaded = '${name}'; exports.CompletionQueue = class {}`
const only = { skip: `${process.platform}-${process.arch}` !== 'linux-x64' && 'there is no package for this system' }

/** Loads the package in an isolated installation with these addons, in a program that begins with `before`. Returns the error, or which addon it loads. */
async function failure(t, before = '', addons = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'zexa-'))
  t.after(() => rm(folder, { recursive: true }))
  const library = join(folder, 'node_modules', 'zexa', 'lib')
  await cp(LIBRARY, library, { recursive: true })
  for (const [name, [file, content]] of Object.entries(addons)) {
    const other = join(folder, 'node_modules', name)
    await mkdir(other, { recursive: true })
    await writeFile(join(other, 'package.json'), JSON.stringify({ name, main: file }))
    await writeFile(join(other, file), content)
  }
  const program = `${before}
    try {
      require('zexa/lib/index.js')
      console.log(JSON.stringify({ loaded }))
    } catch ({ message, cause }) {
      const after = process.report.excludeNetwork
      console.log(JSON.stringify({ message, cause: cause && { code: cause.code }, after }))
    }`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: folder })
  return JSON.parse(stdout)
}

test('a missing addon package is named, with what to do', only, async (t) => {
  const { message, cause } = await failure(t)
  assert.match(message, new RegExp(`^${ADDON} is not installed: `))
  for (const words of ['--omit=optional', 'delete node_modules and package-lock.json', 'npm install', 'In a bundle']) {
    assert.ok(message.includes(words), message)
  }
  assert.deepEqual(cause, { code: 'MODULE_NOT_FOUND' })
})

test('a damaged addon is not reported as missing', only, async (t) => {
  const { message, cause } = await failure(t, '', { [ADDON]: ['addon.node', 'not a library'] })
  assert.match(message, /^the native addon of zexa for linux-x64-gnu cannot be loaded: .*addon\.node: /)
  assert.deepEqual(cause, { code: 'ERR_DLOPEN_FAILED' })
})

test('the error on an unsupported system lists the supported systems', async (t) => {
  const { message } = await failure(t, `Object.defineProperty(process, 'arch', { value: 'mips' })`)
  assert.match(
    message,
    /^zexa has no native addon for \w+-mips(-gnu|-musl)?\. Supported systems: darwin-arm64, darwin-x64, linux-arm64-gnu, linux-arm64-musl, linux-x64-gnu, linux-x64-musl, win32-arm64-msvc, win32-x64-gnu\. /,
  )
  assert.match(message, /BUILDING\.md in bindings-node of the repository says how$/)
})

test('a missing addon package for musl is named', only, async (t) => {
  const { message, cause, after } = await failure(t, MUSL_REPORT, { [ADDON]: ['addon.node', 'for glibc'] })
  assert.match(message, new RegExp(`^${MUSL} is not installed: `))
  assert.deepEqual(cause, { code: 'MODULE_NOT_FOUND' })
  assert.equal(after, false, 'the setting is restored')
})

test('the addon for musl is loaded if that for glibc is missing or cannot be loaded', only, async (t) => {
  const musl = ['addon.js', addonNamed('musl')]
  assert.deepEqual(await failure(t, '', { [MUSL]: musl }), { loaded: 'musl' })
  assert.deepEqual(await failure(t, '', { [ADDON]: ['addon.node', 'for glibc'], [MUSL]: musl }), { loaded: 'musl' })
})

test('the addon for glibc comes first', only, async (t) => {
  const addons = { [ADDON]: ['addon.js', addonNamed('glibc')], [MUSL]: ['addon.js', addonNamed('musl')] }
  assert.deepEqual(await failure(t, '', addons), { loaded: 'glibc' })
})

for (const [platform, arch, build] of [
  ['darwin', 'arm64', 'darwin-arm64'],
  ['darwin', 'x64', 'darwin-x64'],
  ['win32', 'arm64', 'win32-arm64-msvc'],
  ['win32', 'x64', 'win32-x64-gnu'],
]) {
  test(`the addon for ${platform} on ${arch} is loaded, or named if it is missing`, async (t) => {
    const name = `@zexa/${build}`
    const before = `for (const [name, value] of [['platform', '${platform}'], ['arch', '${arch}']]) {
      Object.defineProperty(process, name, { value })
    }`
    assert.deepEqual(await failure(t, before, { [name]: ['addon.js', addonNamed(build)] }), { loaded: build })
    const { message } = await failure(t, before)
    assert.match(message, new RegExp(`^${name} is not installed: `))
  })
}
