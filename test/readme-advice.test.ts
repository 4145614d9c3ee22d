import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { adviceRules } from '../src/domain/advice.ts'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const sectionOf = (text: string, heading: string) => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''

test('the README has a row for each rule of advice, METHODOLOGY.md its formula, and there is an agent with its fault', () => {
  const rows = [...sectionOf(read('README.md'), 'What runs lose').matchAll(/^\| `(\w+)` \|/gm)]
  expect(rows.map(([, rule]) => rule)).toEqual([...adviceRules])
  const formulas = [...sectionOf(read('METHODOLOGY.md'), 'Advice').matchAll(/^- `(\w+)`:/gm)]
  expect(formulas.map(([, rule]) => rule)).toEqual([...adviceRules])
  for (const rule of adviceRules) {
    const file = rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    expect(read(`fixtures/agents/faults/${file}.ts`)).toContain(`export const ${rule}: FaultFixture`)
  }
})
