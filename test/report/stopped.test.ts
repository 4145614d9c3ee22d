import { expect, test } from 'vitest'
import type { Stop } from '../../src/domain/stop.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { stopLines } from '../../src/report/stopped.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { recordOf, sessionOf } from './sessions.ts'

const early: Stop = { runs: 20, mostRuns: 50, answer: 'notWorse', reason: 'latency clearly did not get worse' }

function executions(...stops: (Stop | undefined)[]) {
  const record = recordOf('passing')
  return stops.map((stop, position) => ({
    record: { ...record, stop, identity: { ...record.identity, name: `scenario ${position}` } },
    failed: false,
  }))
}

test('an execution tells after how many of its runs it stopped, and why', () => {
  expect(stopLines(executions(early), 3)).toEqual([
    'scenario 0 stopped after 20 of 50 runs, for latency clearly did not get worse.',
  ])
})

test('one that made all of them tells why', () => {
  const open: Stop = { ...early, runs: 50, answer: 'open', reason: 'a first baseline takes all runs' }
  expect(stopLines(executions(open), 3)).toEqual(['scenario 0 made all 50 runs, for a first baseline takes all runs.'])
})

test('one whose number of runs was fixed tells nothing', () => {
  expect(stopLines(executions(undefined), 3)).toEqual([])
})

test('of many the others are summed up', () => {
  expect(stopLines(executions(early, undefined, early, early), 1)).toEqual([
    'scenario 0 stopped after 20 of 50 runs, for latency clearly did not get worse.',
    '2 more scenarios made 40 of 100 runs.',
  ])
})

test('the terminal and the Markdown report tell it', () => {
  const session = sessionOf([{ ...recordOf('passing'), stop: early }])
  expect(renderTerminal(session, { columns: 200, colors: false })).toContain('stopped after 20 of 50 runs')
  expect(renderMarkdown(session)).toContain('stopped after 20 of 50 runs')
})
