import { existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Installation, installDependencies } from '../../src/command/install.ts'
import { ownFolder } from './git-project.ts'

const lockfile = JSON.stringify({
  name: 'app',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: { '': { name: 'app' } },
})
const manifest = (more = {}) => JSON.stringify({ name: 'app', version: '1.0.0', ...more })
const committed = { 'package.json': manifest(), 'package-lock.json': lockfile }
const installed = { 'node_modules/x/index.js': 'exports.x = 1' }

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** A checkout with `files`, of a working tree with `treeFiles`. */
function given(
  files: Record<string, string>,
  treeFiles: Record<string, string>,
  more: Partial<Installation> = {},
): Installation {
  const [checkout, tree] = [ownFolder(), ownFolder()]
  write(checkout, files)
  write(tree, treeFiles)
  const { signal } = new AbortController()
  return { checkout, tree, folder: '', installed: [], variables: process.env, signal, ...more }
}

const isLink = ({ checkout }: Installation, folder = '') =>
  lstatSync(join(checkout, folder, 'node_modules')).isSymbolicLink()

test('the same manifest and lockfile share what is installed', async () => {
  const installation = given(committed, { ...committed, ...installed })
  expect(await installDependencies(installation)).toContain('shares node_modules with the candidate')
  expect(isLink(installation)).toBe(true)
  expect(existsSync(join(installation.checkout, 'node_modules/x/index.js'))).toBe(true)
})

test('packages may lie above the project, and beside it', async () => {
  const app = { ...committed, 'packages/app/a.ts': '', 'packages/other/package.json': '{}' }
  const inside = { ...installed, 'packages/other/node_modules/y/index.js': '' }
  const more = { folder: 'packages/app', installed: ['', 'packages/other'] }
  const installation = given(app, { ...app, ...inside }, more)
  await installDependencies(installation)
  expect([isLink(installation), isLink(installation, 'packages/other')]).toEqual([true, true])
})

test.each([
  ['another manifest', { ...committed, 'package.json': manifest({ description: 'new' }) }],
  ['another lockfile', { ...committed, 'package-lock.json': `${lockfile}\n` }],
  ['no lockfile there', { 'package.json': manifest() }],
])('%s is installed anew, by the package manager', async (_, own) => {
  const installation = given(committed, { ...own, ...installed })
  expect(await installDependencies(installation)).toMatch(/^was installed by `npm ci/)
  expect(existsSync(join(installation.checkout, 'node_modules/x'))).toBe(false)
})

test('a package that prepares itself is installed anew, for a link would leave its build out', async () => {
  const prepared = { 'package.json': manifest({ scripts: { prepare: 'node -e ""' } }), 'package-lock.json': lockfile }
  const installation = given(prepared, { ...prepared, ...installed })
  expect(await installDependencies(installation)).toMatch(/^was installed by `npm ci/)
})

test('packages that are links into the working tree are installed anew, for they would be the candidate’s', async () => {
  const files = { ...committed, 'packages/shared/package.json': '{ "name": "@app/shared" }' }
  const installation = given(files, { ...files, ...installed })
  mkdirSync(join(installation.tree, 'node_modules/@app'))
  symlinkSync('../../packages/shared', join(installation.tree, 'node_modules/@app/shared'))
  expect(await installDependencies(installation)).toMatch(/^was installed by `npm ci/)
})

test('links from package to package, as pnpm makes them, are shared', async () => {
  const installation = given(committed, { ...committed, 'node_modules/.pnpm/x@1/node_modules/x/index.js': '' })
  symlinkSync('.pnpm/x@1/node_modules/x', join(installation.tree, 'node_modules/x'))
  symlinkSync('nowhere', join(installation.tree, 'node_modules/gone'))
  await installDependencies(installation)
  expect(isLink(installation)).toBe(true)
})

test('a command of the user goes before all else, and runs in the project', async () => {
  const files = { ...committed, 'app/a.ts': '' }
  const more = { folder: 'app', command: 'node -e "fs.mkdirSync(\'node_modules\')"' }
  const installation = given(files, { ...files, ...installed }, more)
  expect(await installDependencies(installation)).toContain('was installed by `node -e')
  expect(existsSync(join(installation.checkout, 'app/node_modules'))).toBe(true)
})

test('a command that fails is told with what it said', async () => {
  const installation = given(committed, committed, { command: 'echo no such registry && exit 7' })
  await expect(installDependencies(installation)).rejects.toThrow(/got exit code 7:\n {2}no such registry\n/)
})

test('without a manifest there is nothing to install', async () => {
  expect(await installDependencies(given({ 'a.ts': '' }, { 'a.ts': '' }))).toBe('has nothing to install')
})
