import { describe, expect, test } from 'vitest'
import { answersOf } from '../../src/report/answer.ts'
import { nextSteps } from '../../src/report/next-step.ts'
import { shiftLines } from '../../src/report/shift-line.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { times } from '../domain/given.ts'
import { finding, recordWith } from './given.ts'
import { calibration, recordsOf, sessionOf } from './sessions.ts'

const badDay = () => sessionOf(recordsOf('shifted'))
const faster = () =>
  sessionOf(
    times(8, (position) =>
      recordWith(`${position}`, { findings: [finding('workingMs', 'better', 1000, 700, { executions: 6 })] }),
    ),
  )

describe('a bad day of the provider', () => {
  test('is one paragraph: what, which tests are red because of it, and whose it is', () => {
    const [line, ...others] = shiftLines(badDay())
    expect(others).toEqual([])
    expect(line).toMatch(
      /^All 12 scenarios are slower by about the same share, \+3\d\.\d% \(p <0\.001\): one finding, not 12\. /,
    )
    expect(line).toContain(
      'Red only because of it: 5 tests, measured before five others could tell; 7 scenarios measured later were judged without it.',
    )
    expect(line).toContain('this session did not calibrate it')
  })

  test('tells a slow machine from a slow provider', () => {
    const { executions, ...session } = badDay()
    const slow = executions.map((one) => {
      const { environment, summary } = one.record
      const { workingMs } = summary.metrics
      const metrics = { ...summary.metrics, ...(workingMs === undefined ? {} : { cpuMs: workingMs }) }
      const record = {
        ...one.record,
        environment: { ...environment, calibration: calibration(140) },
        summary: { ...summary, metrics },
      }
      return { ...one, record }
    })
    const lines = shiftLines({ ...session, executions: slow, pastCalibrations: times(8, () => calibration(100)) })
    expect(lines[0]).toContain('It is the machine: a fixed piece of work took 40.0% longer than in 8 earlier sessions.')
  })

  test('is the answer to whether it got slower', () => {
    expect(answersOf(badDay())[0]).toMatchObject({
      verdict: 'yes',
      worst: expect.stringMatching(/^all 12 scenarios together \+3\d\.\d%$/),
    })
  })

  test('stands behind what is slower by itself', () => {
    const own = recordWith('own', {
      status: 'fail',
      findings: [finding('workingMs', 'worse', 100, 300, { executions: 6 })],
    })
    expect(answersOf(sessionOf([...recordsOf('shifted'), own]))[0]?.worst).toMatch(
      /^working time \+200\.0% \(own\); all 13 scenarios together \+3\d\.\d%$/,
    )
  })

  test('is no level to accept, and has no cause in the agent', () => {
    const labels = nextSteps(badDay()).map(({ label }) => label)
    expect(labels).toEqual(['re-run', 'report'])
  })

  test('fails its tests in one line of the report, not in five blocks', () => {
    const text = renderTerminal(badDay(), { columns: 200, colors: false })
    expect(text).toContain(
      '✖ greeting, refund, delivery, complaint, invoice are red only because all times lie off together, see above.',
    )
    expect(text).not.toContain('got worse')
  })
})

describe('a good day', () => {
  test('is told, and is no better agent to accept', () => {
    expect(shiftLines(faster())[0]).toMatch(/^All 8 scenarios are faster by about the same share, -30\.0%/)
    expect(answersOf(faster())[0]?.verdict).toBe('no')
    expect(nextSteps(faster()).map(({ label }) => label)).toEqual(['report'])
  })
})

test('an ordinary day has no line', () => {
  expect(shiftLines(sessionOf(recordsOf('forty')))).toEqual([])
})
