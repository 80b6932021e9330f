// Fails a test file if Node emits an unexpected warning. Loaded by `--import`.

/** Warnings about failing loggers, which their tests check. */
const EXPECTED = ['ZexaWarning']

let unexpected = false

process.on('warning', ({ name }) => {
  unexpected ||= !EXPECTED.includes(name)
})

process.on('exit', () => {
  if (unexpected) process.exitCode = 1
})
