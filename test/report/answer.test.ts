import { describe, expect, test } from 'vitest'
import { answersOf, explainAnswer } from '../../src/report/answer.ts'
import type { Session } from '../../src/report/session.ts'
import { failedCheck, finding, recordWith, thresholdCheck } from './given.ts'
import { recordOf, sessionOf } from './sessions.ts'

const verdicts = (session: Session) => answersOf(session).map(({ verdict }) => verdict)
const worst = (session: Session) => answersOf(session).map((answer) => answer.worst)

const overLatency = thresholdCheck('latencyMs', 'latency p95', { value: 4_850, bound: 4_000, unit: 'ms' })

describe('the three questions', () => {
  test('are answered no where everything was judged and nothing got worse', () => {
    expect(verdicts(sessionOf([recordOf('passing')]))).toEqual(['no', 'no', 'no'])
  })

  test('are not judged where nothing could tell', () => {
    expect(verdicts(sessionOf([recordWith('refund', {})]))).toEqual(['notJudged', 'notJudged', 'notJudged'])
    expect(verdicts(sessionOf([recordOf('refused')]))).toEqual(['notJudged', 'notJudged', 'notJudged'])
  })

  test('are told apart by whose the metric is', () => {
    const slower = recordWith('a', { findings: [finding('workingMs', 'worse', 100, 150)] })
    const dearer = recordWith('b', { findings: [finding('steps', 'worse', 2, 3)] })
    const worse = recordWith('c', { findings: [finding('scores.polite', 'worse', 0.9, 0.7)] })
    expect(worst(sessionOf([slower, dearer, worse]))).toEqual([
      'working time +50.0% (a)',
      'steps +50.0% (b)',
      'score polite -22.2% (c)',
    ])
  })

  test('take a broken threshold for a yes, with what was found and what is allowed', () => {
    const session = sessionOf([recordWith('refund', { checks: [overLatency] })])
    expect(answersOf(session)[0]).toEqual({
      question: 'slower',
      verdict: 'yes',
      worst: 'latency p95 4.85 s, over 4 s (refund)',
    })
  })

  test('tell a lower bound as one', () => {
    expect(worst(sessionOf([recordOf('timeouts')]))[0]).toBe('latency p95 ≥ 5 s, over 4.5 s (research)')
  })

  test('tell the worst of several scenarios, and how many others there are', () => {
    const records = [1.2, 1.9, 1.5].map((factor, position) =>
      recordWith(`scenario ${position}`, { findings: [finding('totalTokens', 'worse', 1_000, 1_000 * factor)] }),
    )
    expect(worst(sessionOf(records))[1]).toBe('tokens +90.0% (scenario 1 and 2 more)')
  })

  test('prefer what everybody understands to its parts, and a worsening to a threshold', () => {
    const findings = [finding('toolCalls', 'worse', 1, 2), finding('costUsd', 'worse', 0.01, 0.014)]
    const checks = [thresholdCheck('totalTokens', 'tokens mean', { value: 9_000, bound: 3_000, unit: 'tokens' })]
    expect(worst(sessionOf([recordWith('refund', { findings, checks })]))[1]).toBe('cost +40.0% (refund)')
  })

  test('count memory as worse, not as slower', () => {
    const memory = thresholdCheck('heapGrowthBytes', 'heap growth', { value: 90_000, bound: 1_000, unit: 'bytes' })
    const [slower, , worse] = worst(sessionOf([recordWith('refund', { checks: [memory, overLatency] })]))
    expect(slower).toContain('latency p95')
    expect(worse).toContain('heap growth')
  })

  test('tell success in percentage points', () => {
    const record = recordWith('refund', { findings: [finding('successRatio', 'worse', 1, 0.8)] })
    expect(worst(sessionOf([record]))[2]).toBe('success -20.0 points (refund)')
  })

  test('tell a worsening that was accepted', () => {
    const record = recordWith('refund', { findings: [finding('totalTokens', 'accepted', 1_000, 1_400)] })
    expect(answersOf(sessionOf([record]))[1]).toMatchObject({
      verdict: 'yes',
      worst: 'tokens +40.0%, accepted (refund)',
    })
  })

  test('tell how much was judged when not all was, and what got better', () => {
    const better = recordWith('a', { findings: [finding('totalTokens', 'better', 1_000, 700)] })
    const unjudged = recordWith('b', { findings: [finding('totalTokens', 'new', 1_000, 700)] })
    const [, answer] = answersOf(sessionOf([better, unjudged]))
    expect(answer).toEqual({ question: 'dearer', verdict: 'no', best: 'tokens -30.0% (a)', coverage: '1 of 2 judged' })
    expect(answer === undefined ? '' : explainAnswer(answer, 'no')).toBe(
      'no, cheaper: tokens -30.0% (a), 1 of 2 judged',
    )
  })

  test('count a process that died as worse', () => {
    const dead = { name: 'index', reason: 'Out of memory.', remedy: '', runsKept: 0 }
    expect(answersOf(sessionOf([recordOf('passing')], { dead: [dead] }))[2]).toEqual({
      question: 'worse',
      verdict: 'yes',
      worst: 'its process died (index)',
    })
  })

  test('do not take unknown success, or a metric that nobody told, for a worsening', () => {
    expect(verdicts(sessionOf([recordOf('mistake')]))[2]).toBe('notJudged')
    expect(verdicts(sessionOf([recordOf('unknown-metrics')]))).toEqual(['notJudged', 'notJudged', 'no'])
  })

  test('take an agent that leaves streams open for worse', () => {
    const open = failedCheck('openStream', 'open streams', { value: 3, bound: 0, unit: 'count' })
    expect(worst(sessionOf([recordWith('refund', { checks: [open] })]))[2]).toBe('open streams (refund)')
  })
})
