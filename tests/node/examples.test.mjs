// The example programs: each runs, and prints what it should.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { copy, folderFor, Receiver, run, start } from './documents.mjs'
import { ROOT, sandbox, serverFor } from './sandbox.mjs'

const FOLDER = 'bindings-node/examples'
const ID = String.raw`msg_\w+`

test('every example has a test', async () => {
  const tests = await readFile(new URL(import.meta.url), 'utf8')
  const names = await readdir(join(ROOT, FOLDER))
  assert.ok(names.length > 0)
  assert.deepEqual(
    names.filter((name) => !tests.includes(`'${name}'`)),
    [],
  )
})

/** Copies an example to a folder outside the package. */
async function example(t, name) {
  return copy(await folderFor(t), `${FOLDER}/${name}`)
}

/** Runs an example to its end. Returns the lines that it printed. */
async function runExample(t, name, options, expected) {
  return run(await example(t, name), options, expected)
}

for (const name of ['first-message.mjs', 'first-message.cjs', 'first-message.ts', 'cancel.mjs']) {
  test(`${name} sends a message`, async (t) => {
    const server = await serverFor(t)
    const lines = await runExample(t, name, { server })
    assert.match(lines.join('\n'), new RegExp(`^${ID} is queued$`))
    assert.equal((await server.messages()).length, 1)
  })
}

const CALLING = [
  'first-message.mjs',
  'first-message.cjs',
  'first-message.ts',
  'cancel.mjs',
  'errors.mjs',
  'contacts.mjs',
  'campaign.mjs',
  'many-messages.ts',
  'demo.mjs',
]
for (const name of CALLING) {
  test(`${name} reports a failure in one line`, async (t) => {
    const server = await serverFor(t, { faults: [{ status: 401, times: 0 }] })
    const args = name === 'many-messages.ts' ? ['lst_demo', join(await folderFor(t), 'june.db')] : []
    await runExample(t, name, { server, args }, { status: 1, errors: /^AuthenticationError: .*\n$/ })
  })
}

const FAULTS = [
  [{}, `done: ${ID} is queued`],
  [{ status: 422, body: { error: 'validation_error', message: 'no such number' } }, 'correct it: no such number'],
  [{ status: 429, headers: { 'Retry-After': '900' } }, 'send it again in 900 s'],
  [{ status: 403 }, 'send it again later: APIError: .*'],
  [{ process: true, then: 'cut', at: 'body', bytes: 10 }, 'done: sent, but the response was lost: DecodeError: .*'],
  [{ process: true, then: 'reset' }, 'check before sending again: APIConnectionError: .*'],
]
for (const [fault, words] of FAULTS) {
  test(`errors.mjs says what to do: ${words.split(':')[0]}`, async (t) => {
    const server = await serverFor(t)
    if (words !== FAULTS[0][1]) await server.fault({ method: 'POST', ...fault })
    const lines = await runExample(t, 'errors.mjs', { server, args: ['+244912345678'] })
    assert.match(lines.join('\n'), new RegExp(`^\\+244912345678: ${words}$`))
  })
}

test('errors.mjs continues after an error', async (t) => {
  const server = await serverFor(t)
  const [first, second] = await runExample(t, 'errors.mjs', { server })
  assert.match(first, /: done: /)
  assert.match(second, /^912345678: correct it: `to` must be an E\.164 number/)
  assert.equal((await server.requests()).length, 1)
})

test('contacts.mjs deletes what it created', async (t) => {
  const server = await serverFor(t)
  const lines = await runExample(t, 'contacts.mjs', { server })
  const ids = lines.slice(0, 2).map((line) => line.match(/^added (cnt_\w+)$/)[1])
  assert.deepEqual(lines.slice(2), [
    `exists: ${ids[0]}`,
    ...[1, 2, 3, 4, 5].map((number) => `  Contact 000${number}, +24492000000${number}`),
    '  Ana Domingos, +244923456789',
    '  Beto Neto, +244923456790',
    'the first page has 4 of 7',
    ...ids.map((id) => `deleted ${id}`),
  ])
  assert.equal((await server.contacts()).length, 5)
})

test('campaign.mjs prints the progress', async (t) => {
  const server = await serverFor(t, { state: { speed: 5 } })
  const lines = await runExample(t, 'campaign.mjs', { server })
  assert.match(lines[0], /^cmp_\w+ to 5 contacts$/)
  for (const line of lines.slice(1, -2)) assert.match(line, /^[0-5] of 5, \w+$/)
  assert.deepEqual(lines.slice(-2), ['5 of 5, completed', '5 delivered'])
  await runExample(
    t,
    'campaign.mjs',
    { server, args: ['lst_nobody'] },
    { status: 1, errors: 'contact list lst_nobody not found\n' },
  )
})

test('many-messages.ts limits the calls in flight, and continues where it was interrupted', async (t) => {
  const server = await serverFor(t, { state: { contacts_count: 50 } })
  await server.fault({ method: 'POST', skip: 3, process: true, then: 'reset' })
  await server.fault({ method: 'POST', times: 0, delay: 0.1 })
  const program = await example(t, 'many-messages.ts')
  const send = () => run(program, { server, args: ['lst_demo', `${program}.db`] })
  const lines = await send()
  assert.equal(lines.length, 50)
  assert.equal(lines.filter((line) => new RegExp(`^cnt_\\w+: ${ID} is queued$`).test(line)).length, 49)
  assert.equal(lines.filter((line) => /^cnt_\w+: unknown: APIConnectionError: /.test(line)).length, 1)
  assert.ok((await server.state()).connections <= 11)
  const again = await send()
  assert.equal(again.filter((line) => lines.includes(line)).length, 49)
  assert.equal(again.filter((line) => /^cnt_\w+: unknown: InDoubtError: /.test(line)).length, 1)
  assert.equal((await server.messages()).length, 50)
})

const STALLED = { method: 'POST', process: true, then: 'stall' }

test('cancel.mjs stops at its time limit, and reports the unknown outcome', async (t) => {
  const server = await serverFor(t, { faults: [STALLED] })
  const errors = /^cancelled by .*timeout: it may have been sent\n$/
  await runExample(t, 'cancel.mjs', { server, args: ['5000'] }, { status: 1, errors })
  assert.equal((await server.messages()).length, 1)
})

test('cancel.mjs stops on Ctrl-C', async (t) => {
  const server = await serverFor(t, { faults: [STALLED] })
  const program = start(await example(t, 'cancel.mjs'), { server, args: ['60000'] })
  await server.requests(1)
  program.kill('SIGINT')
  await program.end({ status: 1, errors: 'cancelled by interrupted: it may have been sent\n' })
})

test('workers.mjs sends from each of its threads', async (t) => {
  const server = await serverFor(t)
  const lines = await runExample(t, 'workers.mjs', { server })
  assert.deepEqual(
    lines,
    [1, 2, 3, 4].map((thread) => `thread ${thread} sent 5`),
  )
  const numbers = (await server.messages()).map(({ to }) => to)
  assert.equal(new Set(numbers).size, 20)
})

test('workers.mjs reports the messages that could not be sent', async (t) => {
  const server = await serverFor(t, { faults: [{ method: 'POST', status: 422, times: 5 }] })
  const lines = await runExample(t, 'workers.mjs', { server }, { errors: /^(\+244\d+: ValidationError: .*\n){5}$/ })
  const counts = lines.map((line) => Number(line.match(/ sent (\d)$/)[1]))
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    15,
  )
})

for (const name of ['webhook-receiver.mjs', 'webhook-express.ts']) {
  test(`${name} accepts events`, async (t) => {
    const receiver = await Receiver.start(t, await example(t, name))
    const { id } = await receiver.haveEventsPosted()
    assert.deepEqual(await receiver.statuses(), [204, 204])
    await receiver.program.line() // the test event
    assert.equal(await receiver.program.line(), `message.delivered: message ${id} is delivered`)
    const event = JSON.stringify({ id: 'evt_x', event: 'campaign.sent', data: 5 })
    assert.equal(await receiver.post(event), 204)
    assert.equal(await receiver.program.line(), 'campaign.sent')
    assert.equal(await receiver.post('no event'), 400)
    assert.equal(await receiver.post(''), 400)
    assert.equal(await receiver.post('x'.repeat(2_000_000)), 413)
  })
}

test('webhook-receiver.mjs ignores a repeated event', async (t) => {
  const receiver = await Receiver.start(t, await example(t, 'webhook-receiver.mjs'))
  const event = (id) => JSON.stringify({ id, event: `event.${id}` })
  for (const id of ['one', 'one', 'two']) assert.equal(await receiver.post(event(id)), 204)
  assert.equal(await receiver.program.line(), 'event.one')
  assert.equal(await receiver.program.line(), 'event.two')
  assert.equal((await fetch(receiver.url)).status, 405)
  assert.equal((await fetch(new URL('/', receiver.url))).status, 404)
})

/** A server whose clock advances with each request, so that a slow program sees every step, too. */
async function steppingServer(t) {
  const server = await (await sandbox()).startServer({ state: { speed: 'manual' } })
  let ended = false
  const stepping = (async () => {
    for (let seen = 0; !ended; ) {
      const { requests } = await server.get(`requests?at_least=${seen + 1}&within=1`)
      if (requests.length > seen) {
        seen = requests.length
        await server.advance(0.2)
      }
    }
  })()
  t.after(async () => {
    ended = true
    await stepping
    await server.end()
  })
  return server
}

test('demo.mjs in a log', async (t) => {
  const server = await steppingServer(t)
  const lines = await runExample(t, 'demo.mjs', { server })
  assert.equal(lines[0], `Zexa in Node, with ${server.url}`)
  const printed = lines.join('\n')
  assert.ok(!printed.includes('\x1b'))
  assert.match(printed, /^ +\d+\/25 {2}sending$/m)
  assert.match(printed, /^ +50\/200 {2}\d+ per second$/m)
  assert.equal(printed.match(/^ +25\/25 {2}\w+$/gm).length, 1)
  await checkDemo(lines, server)
})

test('demo.mjs in a terminal has colours and a progress bar', async (t) => {
  const server = await steppingServer(t)
  // Python can provide a pseudo-terminal; Node cannot.
  const script = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
  const args = ['-c', script, process.execPath, await example(t, 'demo.mjs')]
  const env = { ...server.environment, TERM: 'xterm-256color', NO_COLOR: undefined, NODE_TEST_CONTEXT: undefined }
  const { stdout: shown } = await promisify(execFile)('python3', args, { env })
  assert.ok(shown.split('\r\x1b[2K').length > 10)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are escape sequences of terminals.
  const plain = shown.replace(/\x1b\[[\d;?]*\w/g, '').split(/[\r\n]+/)
  assert.ok(plain.some((line) => /^ {2}━{40} 25\/25 completed/.test(line)))
  assert.ok(plain.some((line) => /^ {2}━{40} 200\/200 \d+ per second/.test(line)))
  await checkDemo(plain, server)
})

/** Checks the output in both cases. */
async function checkDemo(lines, server) {
  const printed = lines.join('\n')
  for (const status of ['queued', 'sent', 'delivered'])
    assert.match(printed, new RegExp(`^ +\\d+\\.\\d s {2}${status}$`, 'm'))
  for (const line of ['  20 contacts added to lst_demo', '   23 delivered', '    1 failed', '    1 undeliverable']) {
    assert.ok(lines.includes(line), line)
  }
  assert.match(printed, /4024, so all this took 226/)
  assert.match(printed, /^ {2}done in \d+\.\d s: 200 accepted$/m)
  assert.match(printed, /outcome {5}rejected, so nothing was sent/)
  assert.equal((await server.messages()).length, 226)
}

test('demo.mjs needs a sandbox', async (t) => {
  const server = await serverFor(t)
  const options = { server, environment: { ZEXA_BASE_URL: '' } }
  const lines = await runExample(t, 'demo.mjs', options, { status: 1, errors: /^ZEXA_BASE_URL is not set\./ })
  assert.deepEqual(lines, [])
})
