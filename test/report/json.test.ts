import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Results } from '../../src/domain/record.ts'
import { jsonText, resultsOf, resultsText } from '../../src/report/json.ts'
import { recordOf, sessions } from './sessions.ts'

describe('results', () => {
  const session = sessions.failing?.()
  if (session === undefined) throw new Error('expected a session')
  const text = resultsText(resultsOf(session))

  test('hold the records of the session, in their order', () => {
    expect(resultsOf(session).records.map(({ identity }) => identity.name)).toEqual([
      'refund',
      'triage',
      'book a flight',
      'research',
      'classify',
    ])
  })

  test('come back from their text as they were', () => {
    expect(Results.parse(JSON.parse(text))).toEqual(resultsOf(session))
  })

  test('have each column of samples on one line', () => {
    const lines = text.split('\n').filter((line) => line.includes('"startedAtMs": ['))
    expect(lines).toHaveLength(5)
    for (const line of lines) expect(line).toMatch(/^ +"startedAtMs": \[[\d., ]+\],?$/)
  })

  test('are the same text for the same results', () => {
    expect(resultsText(Results.parse(JSON.parse(text)))).toBe(text)
  })

  test('end with a line break', () => {
    expect(text.endsWith('}\n')).toBe(true)
  })
})

describe('JSON text', () => {
  test('puts on one line what fits there', () => {
    expect(jsonText({ a: 1, b: { c: [1, 2], d: 'x' } })).toBe('{ "a": 1, "b": { "c": [1, 2], "d": "x" } }')
  })

  test('breaks what does not, and keeps the order of the keys', () => {
    const name = 'x'.repeat(60)
    expect(jsonText({ b: { name }, a: { name } })).toBe(
      `{\n  "b": { "name": "${name}" },\n  "a": { "name": "${name}" }\n}`,
    )
  })

  test('leaves out what is absent', () => {
    expect(jsonText({ a: undefined, b: [undefined], c: {} })).toBe('{ "b": [null], "c": {} }')
  })

  test('says what JSON says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(JSON.parse(jsonText(value)))).toBe(JSON.stringify(value))
      }),
    )
  })

  test('of a record has far fewer lines than with one for each value', () => {
    const record = recordOf('thresholds')
    const lines = (text: string) => text.split('\n').length
    expect(lines(jsonText(record))).toBeLessThan(lines(JSON.stringify(record, null, 2)) / 3)
  })
})
