import { describe, expect, test } from 'vitest'
import type { CaptureFaults } from '../../src/capture/guard.ts'
import type { FaultsMet } from '../../src/domain/fault.ts'
import { noFaults } from '../../src/domain/fault.ts'
import { createSamples, type Outcome } from '../../src/domain/sample.ts'
import { type Summary, summarize } from '../../src/domain/summary.ts'
import type { Warning } from '../../src/domain/verdict.ts'
import { keepRun } from '../../src/run/keep.ts'
import { behaviourChecks, executionWarnings } from '../../src/run/notes.ts'
import { emptyTally, type Tally } from '../../src/run/tally.ts'
import { planOf } from './plans.ts'
import { runMeasurement } from './run-measurement.ts'

interface Seen {
  tally?: Partial<Tally>
  outcomes?: Outcome[]
  degraded?: number
  callsOutside?: number
  crossed?: number
  afterEnd?: number
  faults?: CaptureFaults
  met?: FaultsMet
  scenario?: Summary['scenario']
  options?: Parameters<typeof planOf>[0]
}

function summaryOf(outcomes: Outcome[], degraded: number): Summary {
  const samples = createSamples(outcomes.length)
  for (const outcome of outcomes) keepRun(samples, runMeasurement({ outcome }), 0, 0, 0)
  for (let index = 0; index < degraded; index++) samples.degraded[index] = 1
  return summarize(samples, { durationMs: 100 }, [{ name: 'case 1', input: undefined }])
}

/** The warnings about ten ok runs that called models, but for what was `seen`. */
function warnings({
  tally,
  outcomes = Array(10).fill('ok'),
  degraded = 0,
  callsOutside = 0,
  crossed = 0,
  afterEnd = crossed,
  faults = { count: 0 },
  met,
  scenario,
  options,
}: Seen): Warning[] {
  const whole = { ...emptyTally(), runsWithCalls: 10, ...tally }
  const summary = summaryOf(outcomes, degraded)
  const watched = {
    setting: { plan: planOf(options) },
    tally: whole,
    instruments: { faults: () => faults },
    faults: met,
  }
  return executionWarnings(
    watched,
    { ...summary, scenario: { ...summary.scenario, ...scenario } },
    { unscoped: callsOutside, afterEnd, crossed: crossed > 0 },
  )
}

test('there is nothing to say about runs that behaved', () => {
  expect(warnings({})).toEqual([])
  expect(behaviourChecks(emptyTally())).toEqual([])
})

describe('open streams', () => {
  test('fail, with the number of runs that left one', () => {
    expect(behaviourChecks({ ...emptyTally(), openStreams: 3 })).toEqual([
      {
        status: 'fail',
        code: 'openStream',
        subject: 'open streams',
        value: 3,
        bound: 0,
        unit: 'count',
        message:
          'The agent left a stream open in 3 runs: it returned while a model call was still sending, so its tokens and its end are unknown.',
        remedy: 'Read the stream to its end, return it so that the run drains it, or abort it.',
      },
    ])
  })
})

describe('it warns when', () => {
  test('no model call was seen', () => {
    expect(warnings({ tally: { runsWithCalls: 0 } })).toEqual([
      {
        code: 'noModelCalls',
        message: 'No model call was seen in any run: tokens, steps, tool calls and cost are unknown.',
        remedy: expect.stringContaining('run.usage({ inputTokens, outputTokens })'),
      },
    ])
  })

  test('model calls were seen, but outside of the runs only', () => {
    expect(warnings({ tally: { runsWithCalls: 0 }, callsOutside: 1_200 })).toMatchObject([
      {
        code: 'noModelCalls',
        message:
          'No model call was seen in any run, but 1,200 outside of them: tokens, steps, tool calls and cost are unknown.',
      },
    ])
  })

  test('some model calls belonged to no run', () => {
    expect(warnings({ callsOutside: 2 })).toMatchObject([
      {
        code: 'foreignCalls',
        message: '2 model calls belonged to no run.',
        remedy: expect.stringContaining('AsyncLocalStorage'),
      },
    ])
  })

  test('answers did not tell their tokens', () => {
    expect(warnings({ tally: { unknownTokens: 1 } })).toMatchObject([
      {
        code: 'unknownTokens',
        message: '1 run got answers that did not tell their tokens.',
        remedy: expect.stringContaining('stream_options: { include_usage: true }'),
      },
    ])
  })

  test('runs broke on the infrastructure', () => {
    expect(warnings({ outcomes: ['ok', 'infrastructure', 'infrastructure'] })).toMatchObject([
      {
        code: 'infrastructure',
        message: '2 runs broke on the network or the provider, which speaks neither for nor against the agent.',
      },
    ])
  })

  test('the event loop was late during a fifth of the runs, and not below', () => {
    expect(warnings({ outcomes: Array(20).fill('ok'), degraded: 3 })).toEqual([])
    expect(warnings({ outcomes: Array(20).fill('ok'), degraded: 4 })).toMatchObject([
      {
        code: 'degraded',
        message: 'The event loop was late during 4 runs of 20 for a reason outside them: their times are too long.',
      },
    ])
  })

  test('runs went on after they were stopped', () => {
    expect(warnings({ tally: { abandoned: 2 } })).toMatchObject([
      {
        code: 'abandoned',
        message: expect.stringMatching(/^2 runs went on after .* had stopped them/),
        remedy: expect.stringContaining('`signal`'),
      },
    ])
  })

  test.each([{ thresholds: { costUsd: { mean: 1 } } }, { limits: { costUsd: 1 } }])(
    'a model has no price and its cost matters: %o',
    (options) => {
      expect(warnings({ tally: { unpriced: new Set(['gpt-6', 'gpt-7']) }, options })).toMatchObject([
        { code: 'unpriced', message: 'There is no price for "gpt-6", "gpt-7", so its cost is unknown.' },
      ])
    },
  )
})

test('it says that a queue mixed up the calls of runs, and nothing of calls that were not seen', () => {
  const [warning, ...others] = warnings({ tally: { runsWithCalls: 0 }, callsOutside: 9, crossed: 2 })
  expect(others).toEqual([])
  expect(warning).toMatchObject({
    code: 'unattributed',
    message: expect.stringMatching(/^2 model calls started in the scope of a run that had ended/),
    remedy: expect.stringContaining('AsyncResource.bind'),
  })
})

test('it says that agents answered though no model did', () => {
  expect(warnings({ tally: { unanswered: { runs: 3, failure: 'HTTP 503' } } })).toMatchObject([
    { code: 'unanswered', message: 'In 3 runs every model call failed, and the agent answered all the same: HTTP 503' },
  ])
})

test('it says that an agent leaves work behind', () => {
  expect(warnings({ afterEnd: 3 })).toMatchObject([
    {
      code: 'foreignCalls',
      message: '3 model calls began after the run that made them had ended, and belong to none.',
    },
  ])
})

test('it says that watching itself went wrong', () => {
  expect(warnings({ faults: { count: 2, latest: new Error('no such field') } })).toMatchObject([
    {
      code: 'captureFault',
      message: expect.stringContaining('failed 2 times, so that some may be missing: no such field'),
    },
  ])
})

describe('it says nothing', () => {
  test('about model calls when there was no run', () => {
    expect(warnings({ tally: { runsWithCalls: 0 }, outcomes: [] })).toEqual([])
  })
})

describe('a load that the agent does not keep up with', () => {
  const options = { load: { ratePerSecond: 5, durationMs: 1_000, maxInFlight: 3 } } as const

  test('tells what was dropped', () => {
    expect(warnings({ options, scenario: { droppedRuns: 5 } })).toMatchObject([
      { code: 'dropped', message: expect.stringMatching(/^5 of 15 starts were dropped, for 3 runs were in flight/) },
    ])
    expect(warnings({ options, scenario: { droppedRuns: 0 } })).toEqual([])
  })

  test('tells where what calls the agent was late, and not the agent', () => {
    const late = { options, degraded: 4, scenario: { sendLagMs: 45 } }
    expect(warnings(late)).toMatchObject([{ code: 'lateStarts', message: expect.stringContaining('45 ms') }])
    expect(warnings({ ...late, scenario: { sendLagMs: 5 } })).toMatchObject([{ code: 'degraded' }])
    expect(warnings({ ...late, degraded: 1 })).toEqual([])
  })
})

describe('faults', () => {
  test('that met no call, for there was none, are told', () => {
    expect(warnings({ met: { calls: 0, injected: noFaults(), past: 0 } })).toMatchObject([
      { code: 'faultsPast', message: expect.stringContaining('no model call was seen') },
    ])
  })

  test('that calls went past are told', () => {
    expect(warnings({ met: { calls: 8, injected: noFaults(), past: 2 } })).toMatchObject([
      { code: 'faultsPast', message: expect.stringMatching(/^2 model calls of 10 /) },
    ])
    expect(warnings({ met: { calls: 8, injected: noFaults(), past: 0 } })).toEqual([])
  })
})

describe('tool calls that were asked for again', () => {
  const told = (...tools: [string, { times: number; runs: number; most: number }][]) =>
    warnings({ tally: { repeatedTools: new Map(tools) } }).map(({ code, message }) => [code, message])

  test('are told when a model asked three times in a run, or again in a fifth of the runs', () => {
    const often = { times: 9, runs: 1, most: 9 }
    const message =
      'Models asked for tool calls again that they had asked for in the same run, with the same arguments: "find" 9 times in 1 run, "look" 2 times in 2 runs of 10.'
    expect(told(['look', { times: 2, runs: 2, most: 1 }], ['find', often])).toEqual([['repeatedToolCalls', message]])
  })

  test('are nothing to tell of when it is now and then', () => {
    expect(told(['look', { times: 1, runs: 1, most: 1 }])).toEqual([])
  })
})
