import { describe, expect, test } from 'vitest'
import { withWorthwhile } from '../../../src/compare/evidence/per-token.ts'
import { compareWithBaseline } from '../../../src/compare/regression.ts'
import { times } from '../../domain/given.ts'
import { candidateOf, drawing, historyOf, pastExecution } from '../given.ts'

const draw = drawing(51)

/** Answers of different length, which take the longer the longer they are. */
function answers(factor = 1, noise = 0.05) {
  const tokens = draw.runs(20, 0.5)
  const perToken = draw.runs(20, noise, factor / 50)
  return {
    workingMs: [tokens.map((count, run) => count * (perToken[run] ?? 0))],
    workingPerOutputTokenMs: [perToken],
  }
}

/** Times that have nothing to do with how long the answer is. */
function fixed() {
  const tokens = draw.runs(20, 0.5)
  const whole = draw.runs(20, 0.05, 20)
  return {
    workingMs: [whole],
    workingPerOutputTokenMs: [tokens.map((count, run) => (whole[run] ?? 0) / count)],
  }
}

const long = times(6, () => answers())
const short = times(6, () => fixed())

describe('working time per output token', () => {
  test('is judged where it varies less than working time did in the past', () => {})

  test('is left out where it does not, for a second test of one fact is a second chance to be wrong', () => {
    expect(Object.keys(withWorthwhile(fixed(), short))).toEqual(['workingMs'])
  })

  test('is left out where it varies but a little less', () => {
    const spread = (tokens: number, noise: number) =>
      times(20, () => {
        const counts = draw.runs(20, tokens)
        const perToken = draw.runs(20, noise)
        return {
          workingMs: [counts.map((count, run) => count * (perToken[run] ?? 0))],
          workingPerOutputTokenMs: [perToken],
        }
      })
    expect(Object.keys(withWorthwhile(answers(), spread(0.2, 0.4)))).toEqual(['workingMs'])
    expect(Object.keys(withWorthwhile(answers(), spread(0.5, 0.4)))).toHaveLength(2)
  })

  test('is left out without a past: the candidate does not choose the test that it is judged by', () => {
    expect(Object.keys(withWorthwhile(answers(), []))).toEqual(['workingMs'])
  })

  test('finds what working time alone cannot tell from answers that are longer', () => {
    const findings = compareWithBaseline(
      candidateOf(answers(1.3)),
      historyOf(...long.map((values) => pastExecution(values))),
    )
    expect(findings.map(({ metric, status }) => `${metric} ${status}`)).toEqual([
      'workingMs same',
      'workingPerOutputTokenMs worse',
    ])
  })

  test('other values stay as they are', () => {
    const values = { workingMs: [[1]], steps: [[2]] }
    expect(withWorthwhile(values, long)).toBe(values)
  })
})
