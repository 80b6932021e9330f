// Bundles the program, in the three ways to have the addon with it. Nothing is complained about.
import { strict as assert } from 'node:assert'
import { build } from 'esbuild'

const common = { entryPoints: ['send.js'], bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' }

// The addon stays outside, as a package that is installed where the bundle runs.
const outside = { ...common, external: ['@zexa/*'] }

const builds = [
  { ...outside, format: 'cjs', outfile: 'dist/required.cjs' },
  {
    ...outside,
    format: 'esm',
    outfile: 'dist/module.mjs',
    // What is in the bundle calls `require()`, which a module does not have by itself.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  },
  // The addon is a file beside the bundle: nothing has to be installed.
  { ...common, format: 'cjs', loader: { '.node': 'copy' }, outdir: 'dist/whole', outExtension: { '.js': '.cjs' } },
]

for (const options of builds) {
  const { warnings } = await build(options)
  assert.deepEqual(warnings, [])
}
