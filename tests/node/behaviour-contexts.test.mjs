// The package in JavaScript contexts, which test runners create for each file: a context can be collected with everything that it loaded.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createContext, runInContext } from 'node:vm'
import { collect } from './collect.mjs'
import { SMS } from './examples.mjs'
import { pathFor } from './ledgers.mjs'
import { serverFor } from './sandbox.mjs'

const require = createRequire(import.meta.url)

/** Loads the package in a new context, as Jest does: the JavaScript again, and the same addon. */
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

/** Runs `use` in many contexts. Returns the number of contexts that were not collected. */
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
  // The newest may still be on the stack.
  for (let turns = 0; turns < 1000 && gone < many - 1; turns += 1) {
    collect()
    await turn()
  }
  return many - gone
}

test('a context that loaded the package is garbage-collected', async () => {
  assert.ok((await left(10, () => {})) <= 1)
})

test('a context that used the package is garbage-collected', async (t) => {
  const server = await serverFor(t)
  const send = async ({ Zexa }) => {
    const zexa = new Zexa(server.options)
    const message = await zexa.messages.send(SMS)
    assert.equal(message.status, 'queued')
  }
  assert.ok((await left(10, send)) <= 1)
})

test('a context that used a ledger is garbage-collected', async (t) => {
  const path = pathFor(t)
  const count = async ({ Ledger }) => {
    const ledger = await Ledger.open(path, { create: true })
    assert.equal((await ledger.counts()).accepted, 0)
  }
  assert.ok((await left(10, count)) <= 1)
})
