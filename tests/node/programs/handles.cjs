// Loads the package, makes a call, and prints the handles that Jest would report. Jest selects them by their stacks.
'use strict'

const { createHook } = require('node:async_hooks')

/** Types of resources that Jest ignores. */
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
    // Resources created in a test, or because of one.
    if (!/requireModule|runTest/.test(stack) && !open.has(trigger)) return
    open.set(id, { type, isActive: () => !('hasRef' in resource) || resource.hasRef() })
  },
  destroy: (id) => open.delete(id),
})

function requireModule() {
  return require('zexa')
}

async function runTest({ Ledger, Zexa }) {
  const { url, api_key: apiKey } = JSON.parse(process.env.ZEXA_TEST_SERVER)
  const zexa = new Zexa({ baseUrl: url, apiKey })
  await zexa.credits.get()
  await zexa.contacts.list().toArray()
  await (await Ledger.open(process.argv[2], { create: true })).counts()
}

/** The resources that Jest would report now. */
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
  // Jest, too, waits for resources that are being destroyed.
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
