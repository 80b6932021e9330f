// Loads the package and makes a call, and tells which handles Jest would report, which tells those that it looks at by their stacks.
'use strict'

const { createHook } = require('node:async_hooks')

/** Those that Jest leaves out. */
const IGNORED = ['PROMISE', 'TIMERWRAP', 'ELDHISTOGRAM', 'PerformanceObserver', 'RANDOMBYTESREQUEST', 'DNSCHANNEL']
IGNORED.push('ZLIB', 'SIGNREQUEST')

const open = new Map()
const hook = createHook({
  init(id, type, trigger, resource) {
    if (IGNORED.includes(type)) return
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 100
    const { stack } = new Error(type)
    Error.stackTraceLimit = stackTraceLimit
    // What a test does, and what that has caused.
    if (!/requireModule|runTest/.test(stack) && !open.has(trigger)) return
    open.set(id, { type, isActive: () => !('hasRef' in resource) || resource.hasRef() })
  },
  destroy: (id) => open.delete(id),
})

function requireModule() {
  return require('zexa')
}

async function runTest({ Zexa }) {
  const { url, api_key: apiKey } = JSON.parse(process.env.ZEXA_TEST_SERVER)
  const zexa = new Zexa({ baseUrl: url, apiKey })
  await zexa.credits.get()
  await zexa.contacts.list().toArray()
}

/** What Jest would report now. */
function reported() {
  return JSON.stringify([...open.values()].filter(({ isActive }) => isActive()).map(({ type }) => type))
}

function ownTimer() {
  const runTest = () => setTimeout(() => {}, 1_000_000)
  return runTest()
}

hook.enable()
const timer = ownTimer()
const own = reported()
clearTimeout(timer)
const loaded = requireModule()
runTest(loaded).then(() => {
  // Jest waits, too, for what is being destroyed.
  setTimeout(() => {
    hook.disable()
    const active = process
      .getActiveResourcesInfo()
      .filter((type) => !/^(Timeout|PipeWrap|TTYWrap|FSReqCallback)$/.test(type))
    console.log(own)
    console.log(reported())
    console.log(JSON.stringify(active))
  }, 100)
})
