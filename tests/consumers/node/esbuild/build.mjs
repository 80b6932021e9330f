// Bundles the program, with the three ways to deploy the addon, and without warnings.
import { strict as assert } from 'node:assert'
import { build } from 'esbuild'

const common = { entryPoints: ['send.js'], bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' }

// The package with the addon is external, and installed where the bundle runs.
const outside = { ...common, external: ['@zexa/*'] }

const builds = [
  { ...outside, format: 'cjs', outfile: 'dist/required.cjs' },
  {
    ...outside,
    format: 'esm',
    outfile: 'dist/module.mjs',
    // The bundled code calls `require()`, which ECMAScript modules lack.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  },
  // The addon is a file next to the bundle: no package has to be installed.
  { ...common, format: 'cjs', loader: { '.node': 'copy' }, outdir: 'dist/whole', outExtension: { '.js': '.cjs' } },
]

for (const options of builds) {
  const { warnings } = await build(options)
  assert.deepEqual(warnings, [])
}
