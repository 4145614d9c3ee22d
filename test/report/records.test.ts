import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { recordSets } from '../../fixtures/records/scenarios.ts'
import { type ExecutionRecord, Results } from '../../src/domain/record.ts'
import { resultsOf, resultsText } from '../../src/report/json.ts'
import { recordsOf, sessionOf } from './sessions.ts'

const folder = new URL('../../fixtures/records', import.meta.url)
const parse = (records: ExecutionRecord[]) =>
  Results.parse(JSON.parse(resultsText(resultsOf(sessionOf(records))))).records

describe('the records in fixtures/records', () => {
  test('are those that the generator names', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
    expect(files.sort()).toEqual(
      Object.keys(recordSets)
        .map((name) => `${name}.json`)
        .sort(),
    )
  })

  // Without a baseline there is nothing to run before: the others are made in the same way, and take a while.
  test.for(['problems', 'timeouts', 'refused', 'spend'])(
    '"%s" is what running its scenarios gives (else: node fixtures/records/generate.ts)',
    async (name) => {
      expect(parse((await recordSets[name]?.()) ?? [])).toEqual(recordsOf(name))
    },
  )
})
