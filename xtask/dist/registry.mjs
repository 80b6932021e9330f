// An npm registry on this machine, for the checks of `cargo xtask dist`. It prints its URL, and stops when its stdin closes.
//
// Its arguments are archives of packages, and manifests. npm can read that a package with a manifest exists, but not download it.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename } from 'node:path'

const manifests = new Map()
const archives = new Map()

/** Adds the package of an archive or a manifest. Archives precede manifests. */
function add(file) {
  const isArchive = file.endsWith('.tgz')
  const text = isArchive ? execFileSync('tar', ['-xzOf', file, 'package/package.json']) : readFileSync(file)
  const manifest = JSON.parse(text)
  if (manifests.has(manifest.name)) return
  const path = `/-/${isArchive ? basename(file) : 'missing.tgz'}`
  const content = isArchive ? readFileSync(file) : ''
  if (isArchive) archives.set(path, content)
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`
  manifests.set(manifest.name, { ...manifest, dist: { path, integrity } })
}

/** The document that lists the versions of a package. */
function packument({ dist: { path, integrity }, ...manifest }, url) {
  const { name, version } = manifest
  const versions = { [version]: { ...manifest, dist: { tarball: url + path, integrity } } }
  return JSON.stringify({ name, 'dist-tags': { latest: version }, versions })
}

process.argv.slice(2).forEach(add)
const server = createServer(({ url: path }, response) => {
  const manifest = manifests.get(decodeURIComponent(path.slice(1)))
  const content = manifest ? packument(manifest, `http://127.0.0.1:${server.address().port}`) : archives.get(path)
  response.writeHead(content === undefined ? 404 : 200).end(content)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
process.stdin.on('end', () => process.exit()).resume()
