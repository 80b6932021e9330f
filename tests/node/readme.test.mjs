// The JavaScript and TypeScript in the guide of the package, the README and docs: each block runs in its own process with its own server,
// and passes the linter and the type checker.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import * as zexa from 'zexa'
import { folderFor, Receiver, run, start, write } from './documents.mjs'
import { ROOT, serverFor } from './sandbox.mjs'

/** The guide that npm shows. */
const GUIDE = 'bindings-node/README.md'
const PAGES = [GUIDE, 'README.md', ...pagesOfDocs()]
// The languages of blocks. JavaScript under another name, or without one, would not be run.
const LANGUAGES = new Set(['js', 'ts', 'json', 'python', 'rust', 'c', 'cpp', 'sh', 'sql', 'toml', 'text'])

/** The pages in `docs` that contain JavaScript or TypeScript. */
function pagesOfDocs() {
  if (!existsSync(join(ROOT, 'docs'))) return []
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  // The recipes of docs/scale.md are files, which the step `engines` runs.
  const withBlocks = pages.filter((name) => name !== 'scale.md')
  return withBlocks.map((name) => `docs/${name}`).filter((page) => /^```(js|ts)$/m.test(textOf(page)))
}

function textOf(page) {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** The page without its blocks. */
function proseOf(page) {
  return textOf(page).replace(/^```.*?^```/gms, '')
}

/** A block of JavaScript or TypeScript, and the number of its first line. */
class Block {
  constructor({ page, line, language, text }) {
    this.name = `${page}, line ${line}`
    this.page = page
    this.language = language
    this.text = text
    const extension = language === 'ts' ? 'mts' : text.includes('require(') ? 'cjs' : 'mjs'
    this.file = `${page.toLowerCase().replace(/\W/g, '_')}_${line}.${extension}`
  }

  /** Whether the block sends messages. */
  get sends() {
    return /messages\.(send|sendMany)\(/.test(this.text)
  }

  /** Servers do not end by themselves, and tests are run by the test runner. */
  get serves() {
    return this.text.includes('.listen(8080)')
  }

  get tests() {
    return this.text.includes("from 'node:test'")
  }

  /** The block, with the client that the page describes if the block does not create one. */
  get program() {
    return /new Zexa\(|parseEvent\(/.test(this.text) ? this.text : `${CLIENT}${this.text}`
  }

  /** The expected output: the comments after console.log(). */
  get prints() {
    return [...this.text.matchAll(/^ *console\.log\(.*\) \/\/ (.+)$/gm)].map(([, printed]) => printed)
  }
}

const CLIENT = "import { Zexa } from 'zexa'\nconst zexa = new Zexa()\n"

/** All blocks: the language, the number of the first line, and the text. */
function* fences(page) {
  let block
  const lines = textOf(page).split('\n')
  for (const [index, line] of lines.entries()) {
    if (!/```|~~~/.test(line)) {
      if (block) block.text += `${line}\n`
    } else if (!block) {
      block = { page, language: line.replace('```', ''), line: index + 2, text: '' }
    } else {
      assert.equal(line, '```', `${page}, line ${index + 1}: the end of a block`)
      yield block
      block = undefined
    }
  }
  assert.equal(block, undefined, `${page}: a block has no end`)
}

const FENCES = PAGES.flatMap((page) => [...fences(page)])
const BLOCKS = FENCES.filter(({ language }) => ['js', 'ts'].includes(language)).map((fence) => new Block(fence))

function blocksWith(words) {
  const found = BLOCKS.filter(({ text }) => text.includes(words))
  assert.notEqual(found.length, 0, words)
  return found
}

/** The JSON of the guide: `package.json` and `tsconfig.json` of a TypeScript project. */
const [MANIFEST, TSCONFIG, ...OTHER_JSON] = FENCES.filter(({ page, language }) => page === GUIDE && language === 'json')

/** Writes the block, changed by `change`, as a program in a temporary folder, next to the files that it reads. */
async function prepared(t, block, change = (program) => program) {
  const folder = await folderFor(t)
  await cp(join(ROOT, 'tests', 'guides'), folder, { recursive: true })
  return write(folder, block.file, change(block.program))
}

/** A server whose clock runs fast, so that messages are delivered soon. */
async function fastServerFor(t) {
  return serverFor(t, { state: { speed: 20 } })
}

for (const page of PAGES) {
  test(`every block of ${page} has a known language`, () => {
    const languages = new Set(FENCES.filter((fence) => fence.page === page).map(({ language }) => language))
    assert.ok(languages.has('js'))
    if (page === GUIDE) assert.ok(languages.has('ts'))
    for (const language of languages) assert.ok(LANGUAGES.has(language), language)
    assert.doesNotMatch(proseOf(page), /^( {4}|\t)/m, 'an indented block would not be run')
  })
}

test('the headings of the guide have different anchors, and its links are absolute or lead to a heading', () => {
  const prose = proseOf(GUIDE)
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase())
  const anchors = headings.map((heading) => heading.replace(/[^\w\- ]/g, '').replaceAll(' ', '-'))
  assert.deepEqual(
    anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index),
    [],
  )
  const links = [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link)
  assert.notEqual(links.length, 0)
  assert.deepEqual(
    links.filter((link) => !link.startsWith('https://') && !anchors.includes(link.replace(/^#/, ''))),
    [],
  )
})

describe('a block runs:', { concurrency: 2 }, () => {
  for (const block of BLOCKS.filter(({ serves, tests }) => !serves && !tests)) {
    test(block.name, async (t) => {
      const server = await fastServerFor(t)
      const lines = await run(await prepared(t, block), { server })
      assert.deepEqual(
        block.prints.filter((line) => !lines.includes(line)),
        [],
        `printed: ${lines.join('\n')}`,
      )
      // A block that opens a ledger reads a file, and makes no requests.
      if (block.text.includes('Ledger.open(')) return
      const requests = (await server.requests()).map(({ method, path }) => `${method} ${path}`)
      assert.notEqual(requests.length, 0)
      assert.equal(requests.includes('POST /v1/messages'), block.sends)
    })
  }
})

// Listens on a free port, and prints its URL.
const LISTEN = `.listen(0, function () { console.log('http://127.0.0.1:' + this.address().port + '/zexa') })`

describe('a receiver accepts events:', () => {
  for (const block of blocksWith('parseEvent(')) {
    test(block.name, async (t) => {
      const program = await prepared(t, block, (text) => text.replace('.listen(8080)', LISTEN))
      const receiver = await Receiver.start(t, program)
      const { id } = await receiver.haveEventsPosted()
      assert.equal(await receiver.program.line(), `message.delivered ${id} delivered`)
      assert.deepEqual(await receiver.statuses(), [204, 204])
      assert.equal(await receiver.post('no event'), 400)
    })
  }
})

// The output of each branch of the block, and the fault that leads to it.
const BRANCHES = {
  'not sent: `from` is not registered for sms.': undefined,
  'out of credits': { status: 422, body: { error: 'insufficient_credits', message: 'none left' } },
  'sent, but the response was lost: ': { status: 201, body: {} },
  'it may have been sent: ': { process: true, then: 'reset' },
}
describe('errors are distinguished:', () => {
  for (const block of blocksWith("'it may have been sent:'")) {
    test(block.name, async (t) => {
      const server = await serverFor(t)
      const program = await prepared(t, block)
      const branches = Object.entries(BRANCHES).filter(([output]) => block.text.includes(output.split(':')[0]))
      for (const [output, fault] of branches) {
        if (fault) await server.fault({ method: 'POST', path: '/messages', ...fault })
        const [line] = await run(program, { server })
        assert.ok(line.startsWith(output), `${line} should begin with ${output}`)
      }
    })
  }
})

test('the Express handler responds to a wrong Zexa key with 502', async (t) => {
  const [block] = blocksWith("'messaging failed'")
  const server = await serverFor(t)
  const path = await prepared(t, block, (text) => text.replace('.listen(8080)', LISTEN))
  const program = start(path, { server, environment: { ZEXA_API_KEY: 'zx_wrong' } })
  t.after(() => program.kill('SIGKILL'))
  const url = new URL('/orders/1/ready', await program.line())
  const response = await fetch(url, { method: 'POST' })
  assert.deepEqual([response.status, await response.json()], [502, { error: 'messaging failed', outcome: 'rejected' }])
  // As the guide warns: without the error handler, Express responds with the status of the error.
  const bare = block.program.replace(/^app\.use\(.*?^}\)$/ms, '').replace('.listen(8080)', LISTEN)
  const other = start(await write(await folderFor(t), 'bare.mjs', bare), {
    server,
    environment: { ZEXA_API_KEY: 'zx_wrong' },
  })
  t.after(() => other.kill('SIGKILL'))
  assert.equal((await fetch(new URL('/orders/1/ready', await other.line()), { method: 'POST' })).status, 401)
})

test('a cancelled call reports its outcome', async (t) => {
  const [block] = blocksWith('instanceof CancelledError')
  const server = await serverFor(t, { faults: [{ method: 'POST', process: true, then: 'stall' }] })
  assert.deepEqual(await run(await prepared(t, block), { server }), ['cancelled by TimeoutError; outcome: unknown'])
})

describe('the tests pass:', () => {
  for (const block of blocksWith("from 'node:test'")) {
    test(block.name, async (t) => {
      const program = await prepared(t, block)
      // The only folder on the PATH, with the sandbox in it.
      const folder = await folderFor(t)
      await symlink(process.env.ZEXA_SANDBOX || join(ROOT, 'target/debug/zexa-sandbox'), join(folder, 'zexa-sandbox'))
      const environment = { PATH: folder }
      const lines = await run(program, { server: { url: '', apiKey: '' }, flags: ['--test'], environment })
      assert.ok(
        lines.some((line) => /^\S pass 1$/.test(line)),
        lines.join('\n'),
      )
    })
  }
})

test('a mock replaces an operation, as in the guide', async (t) => {
  const [{ text, page }] = blocksWith('mock.method(')
  assert.equal(page, GUIDE)
  const [, method] = text.match(/mock\.method\(zexa\.(\w+, '\w+'), /)
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

/** Runs a program of an npm package, and fails with its output if it fails. */
async function checked(tool, args, cwd) {
  try {
    return await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules', tool), ...args], { cwd })
  } catch ({ stdout, stderr }) {
    return assert.fail(`${stdout}${stderr}`)
  }
}

test('a TypeScript project that is set up as in the guide compiles and runs', async (t) => {
  assert.deepEqual(OTHER_JSON, [])
  const folder = await folderFor(t)
  const [block] = BLOCKS.filter(({ page, language }) => page === GUIDE && language === 'ts')
  await writeFile(join(folder, 'package.json'), MANIFEST.text)
  await writeFile(join(folder, 'tsconfig.json'), TSCONFIG.text)
  await writeFile(join(folder, 'index.ts'), block.text)
  await checked('typescript/bin/tsc', [], folder)
  const server = await serverFor(t)
  const lines = await run(join(folder, 'dist', 'index.js'), { server })
  assert.match(lines.join('\n'), /^msg_\w+ is queued$/)
})

test('the guide names every error and every option', () => {
  const guide = textOf(GUIDE)
  const names = Object.keys(zexa).filter((name) => name.endsWith('Error'))
  const client = new zexa.Zexa({ apiKey: 'zx_live_0' })
  for (const make of [() => new zexa.Zexa({ nope: 1 }), () => client.withOptions({ nope: 1 })]) {
    assert.throws(make, ({ message }) => names.push(...message.split(' are ')[1].split(', ')) > 0)
  }
  assert.deepEqual(
    names.filter((name) => !guide.includes(`\`${name}\``)),
    [],
  )
})

describe('the blocks pass', () => {
  test('Biome', async (t) => {
    const folder = await folderFor(t)
    const files = [...BLOCKS, { file: 'package.json', ...MANIFEST }, { file: 'tsconfig.json', ...TSCONFIG }]
    for (const { file, text } of files) await writeFile(join(folder, file), text)
    // The settings of the repository, whose Biome ignores this folder, and of its tests: faults have a `then`.
    const { formatter, javascript, linter } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'))
    const rules = { ...linter.rules, suspicious: { noThenProperty: 'off' } }
    await writeFile(
      join(folder, 'biome.json'),
      JSON.stringify({ root: true, formatter, javascript, linter: { rules } }),
    )
    await checked(
      '@biomejs/biome/bin/biome',
      ['check', '--error-on-warnings', ...files.map(({ file }) => file)],
      folder,
    )
  })

  const OPTIONS = { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: ['node'] }
  for (const [language, options] of Object.entries({
    // Functions in JavaScript have parameters without types.
    JavaScript: {
      include: ['*.mjs', '*.cjs'],
      compilerOptions: { ...OPTIONS, allowJs: true, checkJs: true, noImplicitAny: false },
    },
    TypeScript: { include: ['*.mts'], compilerOptions: { ...OPTIONS, exactOptionalPropertyTypes: true } },
  })) {
    test(`the TypeScript compiler, ${language}`, async (t) => {
      const folder = await folderFor(t)
      for (const { file, program } of BLOCKS) await writeFile(join(folder, file), program)
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options))
      await checked('typescript/bin/tsc', ['--project', folder], folder)
    })
  }
})
