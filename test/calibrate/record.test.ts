import { expect, test } from 'vitest'
import { drawing } from '../../calibrate/draw.ts'
import { recordOf, resultsOf } from '../../calibrate/record.ts'
import { drawCases, drawTurns } from '../../calibrate/turns.ts'
import { valuesOf } from '../../src/compare/suite/sides.ts'
import { Results } from '../../src/domain/record.ts'

const draw = drawing(1)
const { base } = drawTurns(draw, 0.2, drawCases(draw))

test('a record holds the values that it was made of', () => {
  expect(valuesOf(recordOf('scenario', base))).toEqual(base)
})

test('results are such as a session writes', () => {
  const results = resultsOf([recordOf('scenario', base)])
  expect(Results.parse(JSON.parse(JSON.stringify(results))).records).toHaveLength(1)
})
