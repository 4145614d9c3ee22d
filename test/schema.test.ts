import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { resultsSchemaText } from '../src/report/results-schema.ts'

test('the JSON schema in schema/ is the one that the code writes by', () => {
  const committed = readFileSync(new URL('../schema/results.json', import.meta.url), 'utf8')
  expect(committed).toBe(resultsSchemaText())
})
