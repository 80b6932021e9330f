// The package in contexts of JavaScript, of which test runners make one for each file: what is loaded in one goes with it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createContext, runInContext } from 'node:vm'
import { collect } from './collect.mjs'
import { SMS } from './examples.mjs'
import { serverFor } from './sandbox.mjs'

const require = createRequire(import.meta.url)

/** Loads the package in a context of its own, as Jest does: its JavaScript anew, and the addon that is there. */
function load() {
  const context = createContext({ process, queueMicrotask, setImmediate })
  const modules = new Map()
  const load = (file) => {
    if (modules.has(file)) return modules.get(file).exports
    const module = { exports: {} }
    modules.set(file, module)
    const body = `(function (require, module, exports, __dirname) {${readFileSync(file, 'utf8')}\n})`
    const from = (name) =>
      /^\./.test(name) && !/native\.js$/.test(name) ? load(resolve(dirname(file), name)) : other(name)
    const other = (name) => require(/native\.js$/.test(name) ? resolve(dirname(file), name) : name)
    runInContext(body, context, { filename: file })(from, module, module.exports, dirname(file))
    return module.exports
  }
  return { context, zexa: load(require.resolve('zexa')) }
}

/** How many of so many contexts are left, in which `use` has used the package. */
async function left(many, use) {
  let gone = 0
  const registry = new FinalizationRegistry(() => {
    gone += 1
  })
  for (let count = 0; count < many; count += 1) {
    const { context, zexa } = load()
    registry.register(context)
    await use(zexa)
  }
  // The newest may be on the stack still.
  for (let turns = 0; turns < 1000 && gone < many - 1; turns += 1) {
    collect()
    await turn()
  }
  return many - gone
}

test('a context that has loaded the package can go', async () => {
  assert.ok((await left(10, () => {})) <= 1)
})

test('a context that has used the package can go', async (t) => {
  const server = await serverFor(t)
  const send = async ({ Zexa }) => {
    const zexa = new Zexa(server.options)
    const message = await zexa.messages.send(SMS)
    assert.equal(message.status, 'queued')
  }
  assert.ok((await left(10, send)) <= 1)
})
