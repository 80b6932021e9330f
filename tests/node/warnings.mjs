// What Node warns of, in a test that does not expect it, fails its file. Given to Node by `--import`.

/** Of loggers that fail: the tests which have one look at them. */
const EXPECTED = ['ZexaWarning']

let unexpected = false

process.on('warning', ({ name }) => {
  unexpected ||= !EXPECTED.includes(name)
})

process.on('exit', () => {
  if (unexpected) process.exitCode = 1
})
