import { expect, test } from 'vitest'
import { type AbOptions, ab } from '../../src/command/ab.ts'
import { gitProject, ownFolder } from './git-project.ts'
import { surroundingsIn } from './surroundings.ts'

const options: AbOptions = { base: 'main', project: ['perf'], json: false }

test('a working tree that is the base is nothing to measure', async () => {
  const { folder, write } = gitProject({ 'a.ts': '1' })
  await expect(ab([], options, surroundingsIn(folder))).rejects.toThrow(
    /Expected the working tree to differ from the base main \([0-9a-f]{7}\), got the same files/,
  )
  write('a.ts', '2')
  await expect(ab([], options, surroundingsIn(folder))).rejects.toThrow('Expected vitest to be installed')
})

test('mistakes in the arguments are told all at once', async () => {
  const wrong = ab(['--bse', 'main'], { project: [''], json: false }, surroundingsIn(ownFolder()))
  await expect(wrong).rejects.toMatchObject({
    code: 'BENCH_AGENT_OPTIONS',
    message: expect.stringMatching(/3 mistakes[\s\S]*"--bse"[\s\S]*--base[\s\S]*--project/),
  })
})

test('a folder outside of every repository is none to compare in', async () => {
  await expect(ab([], options, surroundingsIn(ownFolder()))).rejects.toThrow(
    'Expected to be inside of a git repository',
  )
})
