import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  addCheckout,
  changesSince,
  findIgnored,
  openRepository,
  removeCheckout,
  resolveCommit,
} from '../../src/command/repository.ts'
import { gitProject, ownFolder } from './git-project.ts'

const signal = new AbortController().signal
const open = (cwd: string) => openRepository({ cwd, variables: process.env })

test('a folder outside of every repository is told', async () => {
  const folder = ownFolder()
  await expect(open(folder)).rejects.toThrow(`Expected to be inside of a git repository, got ${folder}.`)
})

test('without git there is nothing to compare with', async () => {
  const variables = { PATH: ownFolder() }
  await expect(openRepository({ cwd: ownFolder(), variables })).rejects.toThrow('Expected git to be installed')
})

test('a folder inside of a repository knows where it lies, whatever a hook of git says', async () => {
  const { folder } = gitProject({ 'packages/app/a.ts': '1' })
  const cwd = join(folder, 'packages/app')
  const found = await openRepository({ cwd, variables: { ...process.env, GIT_DIR: '/nowhere', GIT_PREFIX: 'x' } })
  expect(found).toMatchObject({ root: folder, folder: 'packages/app' })
})

test('branches, tags and parts of names of commits are found', async () => {
  const { folder, git } = gitProject({ 'a.ts': '1' })
  git('tag', 'v1')
  const commit = git('rev-parse', 'HEAD').trim()
  const repository = await open(folder)
  for (const name of ['main', 'v1', 'HEAD', commit.slice(0, 8)])
    expect(await resolveCommit(repository, name)).toBe(commit)
})

test.each(['nope', '-x', '--upload-pack=x', ''])('%j, which names no commit, is told', async (name) => {
  const repository = await open(gitProject({ 'a.ts': '1' }).folder)
  await expect(resolveCommit(repository, name)).rejects.toThrow(
    `Expected --base to be a commit, branch or tag of this repository, got "${name}"`,
  )
})

test('a branch that only the remote has is told with its name there', async () => {
  const { folder, git } = gitProject({ 'a.ts': '1' })
  git('branch', 'feature')
  const clone = join(ownFolder(), 'clone')
  git('clone', '--quiet', folder, clone)
  await expect(resolveCommit(await open(clone), 'feature')).rejects.toThrow('Say `--base origin/feature`')
})

test('a shallow clone is told how to fetch what it lacks', async () => {
  const { folder, git, write, commit } = gitProject({ 'a.ts': '1' })
  const first = git('rev-parse', 'HEAD').trim()
  write('a.ts', '2')
  commit('second')
  const clone = join(ownFolder(), 'clone')
  git('clone', '--quiet', '--depth=1', `file://${folder}`, clone)
  await expect(resolveCommit(await open(clone), first)).rejects.toThrow('This clone is shallow')
})

test('what differs is what is committed since, what is not, and what git does not know', async () => {
  const { folder, git, write, commit } = gitProject({ 'a.ts': '1', 'b.ts': '1', 'c.ts': '1' })
  const repository = await open(folder)
  const first = await resolveCommit(repository, 'main')
  expect(await changesSince(repository, first)).toMatchObject({ files: [], uncommitted: 0 })
  write('a.ts', '2')
  commit('second')
  write('b.ts', '2')
  write('new.ts', '1')
  const head = git('rev-parse', '--short', 'HEAD').trim()
  expect(await changesSince(repository, first)).toEqual({ head, files: ['a.ts', 'b.ts', 'new.ts'], uncommitted: 2 })
})

test('baselines and results are no difference', async () => {
  const { folder, write } = gitProject({ 'test/__bench__/a.json': '1' })
  const repository = await open(folder)
  write('test/__bench__/a.json', '2')
  write('.bench-agent/results.json', '{}')
  expect((await changesSince(repository, 'HEAD')).files).toEqual([])
})

test('environment files and installed packages that git ignores are found, and what is inside of packages is not', async () => {
  const { folder, write } = gitProject({ '.gitignore': 'node_modules\n.env*\nmodel.env\ndist\n', 'app/a.ts': '1' })
  for (const path of ['.env', 'app/.env.local', 'app/model.env', 'dist/.env', 'app/dist/x.js']) write(path, '')
  for (const path of ['node_modules/x/.env', 'node_modules/x/node_modules/y/a.js', 'app/node_modules/z/a.js'])
    write(path, '')
  const { environmentFiles, installed } = await findIgnored(await open(folder))
  expect(environmentFiles.sort()).toEqual(['.env', 'app/.env.local', 'app/model.env'])
  expect(installed.sort()).toEqual(['', 'app'])
})

test('a checkout holds the files of its commit, and leaves nothing behind when it is removed', async () => {
  const { folder, git, write } = gitProject({ 'a.ts': 'as committed' })
  write('a.ts', 'as it is now')
  const repository = await open(folder)
  const checkout = join(ownFolder(), 'tree')
  await addCheckout(repository, await resolveCommit(repository, 'main'), checkout, signal)
  expect(readFileSync(join(checkout, 'a.ts'), 'utf8')).toBe('as committed')
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(2)
  git('worktree', 'lock', checkout)
  await removeCheckout(repository, checkout)
  expect(existsSync(checkout)).toBe(false)
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1)
})

test('a checkout that git cannot make is told with what git said', async () => {
  const repository = await open(gitProject({ 'a.ts': '1' }).folder)
  const taken = gitProject({ 'b.ts': '1' }).folder
  await expect(addCheckout(repository, 'HEAD', taken, signal)).rejects.toThrow(/Expected git to check .* out.*exists/s)
})
