// The stack of an error names the line of the user's code that made the call, and nothing of the package.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { reasonOf } from './abort_helpers.mjs'
import { pathFor } from './ledgers.mjs'
import { sms } from './programs/messages.mjs'
import { run } from './programs/process.mjs'
import { sandbox } from './sandbox.mjs'
import { Ledger, Zexa } from './zexa.mjs'

const FILE = fileURLToPath(import.meta.url)
/** Paths of the package. */
const OF_PACKAGE = /node_modules.zexa|bindings-node/
const LINES = readFileSync(FILE, 'utf8').split('\n')

let server
let zexa
before(async () => {
  server = await (await sandbox()).startServer({ state: { contacts_count: 30 } })
  zexa = new Zexa(server.options)
})
after(() => server.end())

/** Checks that the first frame of the stack is the line that ends in `// <mark>`. */
function names(error, mark) {
  assert.ok(error instanceof Error)
  const line = LINES.findIndex((text) => text.endsWith(`// ${mark}`)) + 1
  assert.ok(line > 0, mark)
  const [head, first] = framesOf(error)
  assert.ok(head.startsWith(`${error.name}: ${error.message.split('\n')[0]}`), error.stack)
  assert.match(first, new RegExp(`^    at .*${FILE.replaceAll('.', '\\.')}:${line}:\\d+\\)?$`), error.stack)
  assert.doesNotMatch(error.stack, OF_PACKAGE)
}

/** The header of a stack, and its frames. */
function framesOf(error) {
  const [head, ...frames] = error.stack.split(/\n(?= {4}at )/)
  return [head, ...frames]
}

test('await in an async function', async () => {
  async function getMessage() {
    await null
    return await zexa.messages.get('msg_nowhere') // in an async function
  }
  const error = await reasonOf(getMessage())
  names(error, 'in an async function')
  assert.match(framesOf(error)[1], /getMessage/)
})

test('the stack contains the awaiting functions', async () => {
  async function inner() {
    await zexa.messages.get('msg_nowhere') // at the innermost
  }
  async function outer() {
    await inner()
  }
  const error = await reasonOf(outer())
  names(error, 'at the innermost')
  assert.match(error.stack, /inner.*outer/s)
})

test('then and catch in plain functions', async () => {
  function plain() {
    return zexa.messages.get('msg_nowhere').then(assert.fail) // in a plain function
  }
  const error = await plain().catch((error) => error)
  names(error, 'in a plain function')
  assert.match(framesOf(error)[1], /plain/)
  const next = await new Promise((resolve) => {
    setImmediate(() => {
      zexa.messages.get('msg_nowhere').catch(resolve) // in a callback
    })
  })
  names(next, 'in a callback')
})

test('in then(), after another call', async () => {
  const chained = zexa.credits.get().then(() => zexa.messages.get('msg_nowhere')) // in a then
  names(await reasonOf(chained), 'in a then')
})

test('Promise.all', async () => {
  async function all() {
    const gets = Array.from({ length: 5 }, () => zexa.credits.get())
    return await Promise.all([
      ...gets,
      zexa.messages.get('msg_nowhere'), // one of several
    ])
  }
  const error = await reasonOf(all())
  names(error, 'one of several')
  assert.match(error.stack, /at all/)
})

test('methods, static methods, getters and constructors', async () => {
  class Mine {
    static begin() {
      return zexa.messages.get('msg_nowhere') // in a static method
    }
    #private() {
      return zexa.messages.get('msg_nowhere') // in a private method
    }
    constructor() {
      this.made = zexa.messages.get('msg_nowhere') // in a constructor
    }
    get got() {
      return zexa.messages.get('msg_nowhere') // in a getter
    }
    async method() {
      await this.made.catch(() => {})
      return this.#private()
    }
  }
  names(await reasonOf(Mine.begin()), 'in a static method')
  names(await reasonOf(new Mine().method()), 'in a private method')
  names(await reasonOf(new Mine().made), 'in a constructor')
  const mine = new Mine()
  await mine.method().catch(() => {})
  names(await reasonOf(mine.got), 'in a getter')
})

test('lists', async () => {
  async function* numbers() {
    for await (const contact of zexa.contacts.list({ novel: 1 })) yield contact // in a generator
  }
  names(await reasonOf(numbers().next()), 'in a generator')
  const mine = new Zexa({ ...server.options, apiKey: 'wrong' })
  async function read() {
    for await (const _ of mine.contacts.list()); // in for await
  }
  const error = await reasonOf(read())
  names(error, 'in for await')
  assert.match(framesOf(error)[1], /read/)
  names(await reasonOf(mine.contacts.list().toArray()), 'of toArray') // of toArray
  names(await reasonOf(mine.contacts.list().page(2)), 'of page') // of page
  names(await reasonOf(mine.contacts.list().page('x')), 'of a wrong page') // of a wrong page
  names(await reasonOf(mine.contacts.list().pages()[Symbol.asyncIterator]().next()), 'of pages') // of pages
  names(await reasonOf(Promise.resolve(mine.contacts.list())), 'of a promise') // of a promise
})

test('every call', async () => {
  const rejected = { ...sms('x'), to: '912' }
  names(await reasonOf(zexa.messages.send(rejected)), 'rejected by the server') // rejected by the server
  names(await reasonOf(zexa.messages.send({ novel: 1 })), 'rejected here') // rejected here
  names(await reasonOf(zexa.messages.send()), 'nothing given') // nothing given
  names(await reasonOf(zexa.messages.send(rejected, { novel: 1 })), 'wrong options') // wrong options
  names(await reasonOf(zexa.messages.get('')), 'rejected by the core') // rejected by the core
  names(await reasonOf(zexa.messages.wait('msg_nowhere')), 'a wait') // a wait
  names(await reasonOf(zexa.request('GET', '/nowhere')), 'a request') // a request
  names(await reasonOf(zexa.request('GET', 'nowhere at all')), 'a wrong request') // a wrong request
  names(await reasonOf(zexa.withOptions({ timeout: 9000 }).messages.get('msg_nowhere')), 'of a clone') // of a clone
  const { get } = zexa.messages
  names(await reasonOf(get.call(zexa.messages, 'msg_nowhere')), 'a method by itself') // a method by itself
  names(await reasonOf(get.bind(zexa.messages)('msg_nowhere')), 'a bound method') // a bound method
  const nowhere = new Zexa({ ...server.options, baseUrl: 'http://127.0.0.1:9/v1', maxRetries: 0 })
  names(await reasonOf(nowhere.credits.get()), 'unreachable') // unreachable
  const signal = AbortSignal.abort()
  names(await reasonOf(zexa.credits.get({ signal })), 'aborted') // aborted
})

test('ledgers', async (t) => {
  const path = pathFor(t)
  names(await reasonOf(Ledger.open(path)), 'no ledger') // no ledger
  names(await reasonOf(Ledger.open(path, { novel: 1 })), 'a wrong option') // a wrong option
  async function open() {
    return await Ledger.open(`${path}/june.db`, { create: true }) // in an opening function
  }
  const error = await reasonOf(open())
  names(error, 'in an opening function')
  assert.match(framesOf(error)[1], /open/)
  const ledger = await Ledger.open(path, { create: true })
  names(await reasonOf(ledger.markNotSent('order-1')), 'no row') // no row
  names(await reasonOf(ledger.markSent(5)), 'a wrong key') // a wrong key
  const { counts } = ledger
  names(await reasonOf(counts()), 'without its ledger') // without its ledger
})

test('synchronous exceptions', () => {
  const thrown = (make) => {
    try {
      make()
    } catch (error) {
      return error
    }
  }
  const firstOf = (error) => error.stack.split('\n').find((line) => /^ {4}at /.test(line) && !OF_PACKAGE.test(line))
  for (const make of [
    () => new Zexa({ novel: 1 }),
    () => new Zexa({ timeout: -1 }),
    () => zexa.withOptions({ novel: 1 }),
  ]) {
    assert.match(firstOf(thrown(make)), /behaviour-stacks\.test\.mjs/)
  }
})

for (const limit of [0, 1, 50, Number.POSITIVE_INFINITY]) {
  test(`a limit of ${limit} frames`, async (t) => {
    const before = Error.stackTraceLimit
    t.after(() => {
      Error.stackTraceLimit = before
    })
    Error.stackTraceLimit = limit
    const deep = (depth) => (depth > 0 ? deep(depth - 1) : zexa.messages.get('msg_nowhere'))
    const error = await reasonOf(deep(30))
    assert.equal(Error.stackTraceLimit, limit)
    const [head, ...frames] = framesOf(error)
    assert.equal(head.trimEnd(), `NotFoundError: ${error.message}`)
    if (limit > 30) assert.ok(frames.length > 30)
    else assert.equal(frames.length, limit)
    assert.doesNotMatch(error.stack, OF_PACKAGE)
  })
}

test('a stackTraceLimit that is not a number, with which errors have no stack', async (t) => {
  const before = Error.stackTraceLimit
  t.after(() => {
    Error.stackTraceLimit = before
  })
  delete Error.stackTraceLimit
  const error = await reasonOf(zexa.messages.get('msg_nowhere'))
  assert.equal(error.kind, 'not_found')
  assert.equal(error.stack?.trimEnd() ?? `${error}`, 'NotFoundError: There is no such message.')
})

/** Sets `Error.prepareStackTrace` while a call fails. */
async function withWriter(write) {
  const before = Error.prepareStackTrace
  Error.prepareStackTrace = write
  try {
    const error = await reasonOf(zexa.messages.get('msg_nowhere')) // written by the user
    return { error, stack: error.stack }
  } finally {
    Error.prepareStackTrace = before
  }
}

test('Error.prepareStackTrace that returns a text', async () => {
  const write = (error, frames) =>
    `${error}: ${frames.map((frame) => `${frame.getFileName()}:${frame.getLineNumber()}`)}`
  const { error, stack } = await withWriter(write)
  const line = LINES.findIndex((text) => text.endsWith('// written by the user')) + 1
  assert.equal(error.kind, 'not_found')
  assert.ok(stack.includes(`${FILE}:${line}`), stack)
})

test('Error.prepareStackTrace that returns the frames', async () => {
  const { error, stack } = await withWriter((_, frames) => frames)
  assert.equal(error.kind, 'not_found')
  assert.ok(Array.isArray(stack) || typeof stack === 'string')
})

for (const file of ['stacks.mjs', 'stacks.cjs']) {
  test(`source maps, as of TypeScript: ${file}`, async () => {
    const [stack] = await run(file, [], { server, flags: ['--enable-source-maps'] })
    const [head, first] = JSON.parse(stack)
      .split('\n')
      .filter((line) => /^\S|^ {4}at /.test(line))
    assert.match(head, /^NotFoundError: /)
    // Line 10 of the generated file is line 110 of the source.
    assert.match(first, /send-greeting\.ts:110:\d+\)?$/)
    const [without] = await run(file, [], { server })
    assert.match(JSON.parse(without).split('\n')[1], new RegExp(`${file.replace('.', '\\.')}:10:\\d+\\)?$`))
  })
}

test('a module that is loaded by require()', async () => {
  const required = createRequire(import.meta.url)('zexa')
  const error = await reasonOf(new required.Zexa(server.options).messages.get('msg_nowhere')) // required
  names(error, 'required')
})
