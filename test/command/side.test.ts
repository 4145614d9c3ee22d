import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findSide } from '../../src/command/side.ts'
import { ownFolder } from './git-project.ts'

function installed(...names: string[]): string {
  const folder = ownFolder()
  for (const name of names) {
    const path = join(folder, 'node_modules', name, 'package.json')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify({ name, version: '1.2.3' }))
  }
  return folder
}

test('a side is measured by the packages that are installed there', () => {
  const project = installed('vitest', 'bench-agent')
  expect(findSide('base', project)).toEqual({
    side: 'base',
    project,
    vitest: join(project, 'node_modules/vitest/vitest.mjs'),
    version: '1.2.3',
  })
})

test('a base without bench-agent is too early, and a candidate without it lacks an installation', () => {
  const project = installed('vitest')
  expect(() => findSide('base', project)).toThrow('Expected the base to use bench-agent, got a version of the project')
  expect(() => findSide('candidate', project)).toThrow('Install it: `npm install --save-dev bench-agent`')
})
