// Methods that are called without their object, as by `const { send } = zexa.messages`: they reject, and do not throw.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { caught, SMS, thrown } from './examples.mjs'
import { sandbox } from './sandbox.mjs'
import { InvalidRequestError, Zexa } from './zexa.mjs'

let server
let zexa
before(async () => {
  server = await (await sandbox()).startServer()
  zexa = new Zexa(server.options)
})
after(() => server.end())

/** Checks that the error says what to do, and names the caller. */
function check(error, name) {
  assert.equal(error.constructor, InvalidRequestError)
  assert.deepEqual([error.outcome, error.attempts, error.details.field], ['not_sent', 0, 'this'])
  assert.match(error.message, new RegExp(`^${name}\\(\\) was called without its (object|list)`))
  assert.match(error.stack, /detached\.test\.mjs/)
}

/** The methods of an object, by their names. */
function methodsOf(object) {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(object))
  return names.filter((name) => name !== 'constructor').map((name) => [name, object[name]])
}

test('every operation', async () => {
  for (const resource of Object.values(zexa)) {
    for (const [name, method] of methodsOf(resource)) {
      // Without an object, on another object, and on a proxy.
      for (const of of [undefined, null, {}, 5, new Proxy(resource, {})]) {
        // A bulk run throws, because it has no promise to reject.
        check(await caught((async () => method.call(of, {}))()), name)
      }
    }
  }
  const { request } = zexa
  check(await caught(request('GET', '/credits')), 'request')
  assert.deepEqual(await server.requests(), [])
})

test('list(), in every way of reading', async () => {
  const { list } = zexa.contacts
  check(await caught(list().toArray()), 'list')
  check(await caught(list().page(2)), 'list')
  check(await caught(list().pages()[Symbol.asyncIterator]().next()), 'list')
  check(await caught(list()[Symbol.asyncIterator]().next()), 'list')
})

test('the methods of a list', async () => {
  const { page, toArray, pages, then, [Symbol.asyncIterator]: iterate } = zexa.contacts.list()
  check(await caught(page(1)), 'page')
  check(await caught(toArray()), 'toArray')
  check(await caught(pages()[Symbol.asyncIterator]().next()), 'pages')
  check(await caught(then((first) => first)), 'then')
  check(await caught(iterate().next()), '\\[Symbol\\.asyncIterator\\]')
  const list = zexa.contacts.list()
  check(await caught(list.catch.call(undefined)), 'catch')
  check(await caught(list.finally.call(undefined)), 'finally')
})

test('withOptions() and close() throw, because they return no promise', () => {
  const { withOptions, close } = zexa
  check(
    thrown(() => withOptions({})),
    'withOptions',
  )
  check(
    thrown(() => close()),
    'close',
  )
})

test('bound methods work', async () => {
  const { send } = zexa.messages
  const bound = send.bind(zexa.messages)
  assert.equal((await bound(SMS)).status, 'queued')
  assert.equal((await send.call(zexa.messages, SMS)).status, 'queued')
})
