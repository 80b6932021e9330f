// The JavaScript and TypeScript in the READMEs: each block runs in a process of its own, against a server of its own, and is clean.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import * as zexa from 'zexa'
import { folderFor, Receiver, run, start, write } from './documents.mjs'
import { ROOT, serverFor } from './sandbox.mjs'

const READMES = ['README.md', 'bindings-node/README.md']
// All that a block there may be of. JavaScript by another name, or by none, would not be run.
const LANGUAGES = new Set(['js', 'ts', 'python', 'rust', 'c', 'cpp', 'sh', 'toml'])

/** A block of JavaScript or TypeScript, and the number of its first line. */
class Block {
  constructor({ readme, line, language, text }) {
    this.name = `${readme}, line ${line}`
    this.text = text
    const extension = language === 'ts' ? 'mts' : text.includes('require(') ? 'cjs' : 'mjs'
    this.file = `${readme.toLowerCase().replace(/\W/g, '_')}_${line}.${extension}`
  }

  /** What is served, or run by the runner of tests, does not just end. */
  get serves() {
    return this.text.includes('.listen(8080)')
  }

  get tests() {
    return this.text.includes("from 'node:test'")
  }

  /** The block, behind what its reader has by then and it does not say again: a client. */
  get program() {
    return /new Zexa\(|parseEvent\(/.test(this.text) ? this.text : `${CLIENT}${this.text}`
  }

  /** What it says that it prints: the comments behind console.log(). */
  get prints() {
    return [...this.text.matchAll(/^ *console\.log\(.*\) \/\/ (.+)$/gm)].map(([, printed]) => printed)
  }
}

const CLIENT = "import { Zexa } from 'zexa'\nconst zexa = new Zexa()\n"

/** All blocks: the language, the number of the first line, and the text. */
function* fences(readme) {
  let begun
  const lines = readFileSync(join(ROOT, readme), 'utf8').split('\n')
  for (const [index, line] of lines.entries()) {
    if (!/```|~~~/.test(line)) {
      if (begun) begun.text += `${line}\n`
    } else if (!begun) {
      begun = { readme, language: line.replace('```', ''), line: index + 2, text: '' }
    } else {
      assert.equal(line, '```', `${readme}, line ${index + 1}: the end of a block`)
      yield begun
      begun = undefined
    }
  }
  assert.equal(begun, undefined, `${readme}: a block has no end`)
}

const FENCES = READMES.flatMap((readme) => [...fences(readme)])
const BLOCKS = FENCES.filter(({ language }) => ['js', 'ts'].includes(language)).map((fence) => new Block(fence))

function blocksWith(words) {
  const found = BLOCKS.filter(({ text }) => text.includes(words))
  assert.notEqual(found.length, 0, words)
  return found
}

/** Writes it into a folder of the test's own, changed by `change`, as a program that runs. */
async function prepared(t, block, change = (program) => program) {
  return write(await folderFor(t), block.file, change(block.program))
}

/** A server in which time goes fast: what blocks wait for comes soon. */
async function fastServerFor(t) {
  return serverFor(t, { state: { speed: 20 } })
}

for (const readme of READMES) {
  test(`every block of ${readme} is of a language`, () => {
    const languages = new Set(FENCES.filter((fence) => fence.readme === readme).map(({ language }) => language))
    assert.ok(languages.has('js') && languages.has('ts'))
    for (const language of languages) assert.ok(LANGUAGES.has(language), language)
    const text = readFileSync(join(ROOT, readme), 'utf8').replace(/^```.*?^```/gms, '')
    assert.doesNotMatch(text, /^( {4}|\t)/m, 'there is an indented block')
  })
}

describe('a block runs:', { concurrency: 2 }, () => {
  for (const block of BLOCKS.filter(({ serves, tests }) => !serves && !tests)) {
    test(block.name, async (t) => {
      const server = await fastServerFor(t)
      const lines = await run(await prepared(t, block), { server })
      assert.deepEqual(
        block.prints.filter((line) => !lines.includes(line)),
        [],
        `it prints ${lines.join('\n')}`,
      )
      const requests = (await server.requests()).map(({ method, path }) => `${method} ${path}`)
      assert.notEqual(requests.length, 0)
      assert.equal(requests.includes('POST /v1/messages'), block.text.includes('messages.send('))
    })
  }
})

// At a port that is free, which it says.
const LISTEN = `.listen(0, function () { console.log('http://127.0.0.1:' + this.address().port + '/zexa') })`

describe('a receiver takes events:', () => {
  for (const block of blocksWith('parseEvent(')) {
    test(block.name, async (t) => {
      const program = await prepared(t, block, (text) => text.replace('.listen(8080)', LISTEN))
      const receiver = await Receiver.start(t, program)
      const { id } = await receiver.haveEventsPosted()
      assert.equal(await receiver.program.line(), `message.delivered ${id} delivered`)
      assert.deepEqual(await receiver.answers(), [204, 204])
      assert.equal(await receiver.post('no event'), 400)
    })
  }
})

// Each way that the block has, for a fault that leads there.
const WAYS = {
  'not sent: `from` is not registered for sms.': undefined,
  'time to top up': { status: 422, body: { error: 'insufficient_credits', message: 'none left' } },
  'sent, and its answer was lost: ': { status: 201, body: {} },
  'it may have been sent: ': { process: true, then: 'reset' },
}
describe('errors are told apart:', () => {
  for (const block of blocksWith("'it may have been sent:'")) {
    test(block.name, async (t) => {
      const server = await serverFor(t)
      const program = await prepared(t, block)
      for (const [words, fault] of Object.entries(WAYS).filter(([words]) => block.text.includes(words.split(':')[0]))) {
        if (fault) await server.fault({ method: 'POST', path: '/messages', ...fault })
        const [line] = await run(program, { server })
        assert.ok(line.startsWith(words), `${line} should begin with ${words}`)
      }
    })
  }
})

test('a wrong Zexa key is not the 401 of a customer', async (t) => {
  const [block] = blocksWith("'messaging failed'")
  const server = await serverFor(t)
  const path = await prepared(t, block, (text) => text.replace('.listen(8080)', LISTEN))
  const program = start(path, { server, environment: { ZEXA_API_KEY: 'zx_wrong' } })
  t.after(() => program.kill('SIGKILL'))
  const url = new URL('/orders/1/ready', await program.line())
  const response = await fetch(url, { method: 'POST' })
  assert.deepEqual([response.status, await response.json()], [502, { error: 'messaging failed', outcome: 'rejected' }])
  // What the README warns of: without its function, Express takes the status of the error.
  const bare = block.program.replace(/^app\.use\(.*?^}\)$/ms, '').replace('.listen(8080)', LISTEN)
  const other = start(await write(await folderFor(t), 'bare.mjs', bare), {
    server,
    environment: { ZEXA_API_KEY: 'zx_wrong' },
  })
  t.after(() => other.kill('SIGKILL'))
  assert.equal((await fetch(new URL('/orders/1/ready', await other.line()), { method: 'POST' })).status, 401)
})

test('a call that was cancelled says what is known of it', async (t) => {
  const [block] = blocksWith('instanceof CancelledError')
  const server = await serverFor(t, { faults: [{ method: 'POST', process: true, then: 'stall' }] })
  assert.deepEqual(await run(await prepared(t, block), { server }), [
    'ended by TimeoutError, and the outcome is unknown',
  ])
})

test('the tests pass', async (t) => {
  const [block] = blocksWith("from 'node:test'")
  const program = await prepared(t, block)
  // Where a shell would find it.
  const folder = await folderFor(t)
  await symlink(process.env.ZEXA_SANDBOX || join(ROOT, 'target/debug/zexa-sandbox'), join(folder, 'zexa-sandbox'))
  const environment = { PATH: folder }
  const lines = await run(program, { server: { url: '', apiKey: '' }, flags: ['--test'], environment })
  assert.ok(
    lines.some((line) => /^\S pass 1$/.test(line)),
    lines.join('\n'),
  )
})

test('a double stands in the place of an operation, as the README says', async (t) => {
  const [, method] = readFileSync(join(ROOT, 'README.md'), 'utf8').match(/`mock\.method\(zexa\.(\w+, '\w+'), \.\.\.\)`/)
  assert.equal(method, "messages, 'send'")
  const client = new zexa.Zexa({ apiKey: 'zx_live_0' })
  const send = t.mock.method(client.messages, 'send', async () => ({ id: 'msg_1' }))
  assert.deepEqual(await client.messages.send({ to: '+244912345678' }), { id: 'msg_1' })
  assert.equal(send.mock.callCount(), 1)
})

test('the bundle runs', async (t) => {
  const { text } = FENCES.find(({ text }) => text.startsWith('esbuild '))
  const folder = await folderFor(t)
  await writeFile(join(folder, 'app.mjs'), BLOCKS[0].program)
  const [tool, ...args] = text.trim().split(' ')
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules', tool, 'bin', tool), ...args], { cwd: folder })
  const server = await serverFor(t)
  const lines = await run(join(folder, 'bundle.mjs'), { server })
  assert.match(lines.join('\n'), /^msg_\w+ is queued$/)
})

test('the README names every error and every option', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n## Node\n')[1].split('\n## ')[0]
  const names = Object.keys(zexa).filter((name) => name.endsWith('Error'))
  const client = new zexa.Zexa({ apiKey: 'zx_live_0' })
  for (const make of [() => new zexa.Zexa({ nope: 1 }), () => client.withOptions({ nope: 1 })]) {
    assert.throws(make, ({ message }) => names.push(...message.split(' which are ')[1].split(', ')) > 0)
  }
  assert.deepEqual(
    names.filter((name) => !readme.includes(`\`${name}\``)),
    [],
  )
})

describe('the blocks are clean', () => {
  /** Runs a program of a package. What it says where it finds a fault is the failure. */
  async function checked(tool, args, cwd) {
    try {
      return await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules', tool), ...args], { cwd })
    } catch ({ stdout, stderr }) {
      return assert.fail(`${stdout}${stderr}`)
    }
  }

  test('says biome', async (t) => {
    const folder = await folderFor(t)
    for (const { file, text } of BLOCKS) await writeFile(join(folder, file), text)
    // Set up as for the repository, where it does not look at what lies here, and as for tests: faults have a `then`.
    const { formatter, javascript, linter } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'))
    const rules = { ...linter.rules, suspicious: { noThenProperty: 'off' } }
    await writeFile(
      join(folder, 'biome.json'),
      JSON.stringify({ root: true, formatter, javascript, linter: { rules } }),
    )
    await checked(
      '@biomejs/biome/bin/biome',
      ['check', '--error-on-warnings', ...BLOCKS.map(({ file }) => file)],
      folder,
    )
  })

  const OPTIONS = { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: ['node'] }
  for (const [language, options] of Object.entries({
    // Nobody writes the types of a function's arguments there.
    JavaScript: {
      include: ['*.mjs', '*.cjs'],
      compilerOptions: { ...OPTIONS, allowJs: true, checkJs: true, noImplicitAny: false },
    },
    TypeScript: { include: ['*.mts'], compilerOptions: { ...OPTIONS, exactOptionalPropertyTypes: true } },
  })) {
    test(`says tsc of the ${language}`, async (t) => {
      const folder = await folderFor(t)
      for (const { file, program } of BLOCKS) await writeFile(join(folder, file), program)
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options))
      await checked('typescript/bin/tsc', ['--project', folder], folder)
    })
  }
})
