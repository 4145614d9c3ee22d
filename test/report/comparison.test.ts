import { describe, expect, test } from 'vitest'
import type { ScenarioComparison, SuiteComparison } from '../../src/compare/suite/suite.ts'
import { lookStep, type ReportedComparison, renderComparison } from '../../src/report/comparison.ts'
import { displayWidth, withoutColours } from '../../src/report/text.ts'
import { finding } from './given.ts'

const scenario = (name: string, findings: ScenarioComparison['findings'], reason?: string): ScenarioComparison => ({
  identity: { project: 'perf', file: 'a.perf.ts', suite: [], name, id: name },
  findings,
  reason,
})

/** A comparison with `scenarios`, and `more`. */
function reported(
  scenarios: ScenarioComparison[],
  suite: Partial<SuiteComparison> = {},
  more: Partial<ReportedComparison> = {},
): ReportedComparison {
  return {
    comparison: { status: 'pass', scenarios, missing: [], added: [], ...suite },
    subject: 'base main (1a2b3c4), candidate working tree',
    labels: ['base', 'candidate'],
    broken: [],
    notes: [],
    steps: [],
    ...more,
  }
}

const slower = finding('workingMs', 'worse', 1000, 1310, { detectableRatio: 0.08, p: 0.0004 })
const dearer = finding('totalTokens', 'worse', 2000, 2600, { p: undefined, detectableRatio: 0.05 })
const same = finding('workingMs', 'same', 1000, 1010, { detectableRatio: 0.12, p: 0.4 })
const regressed = reported(
  [
    scenario('refund', [slower, dearer, finding('steps', 'worse', 2, 3), finding('inputTokens', 'worse', 1, 2)]),
    scenario('greet', [same, finding('totalTokens', 'same', 10, 10)]),
  ],
  { status: 'fail' },
  { steps: [lookStep, { label: 'meant', text: 'npx vitest run -u', purpose: 'makes the new levels the baseline' }] },
)
const text = (one: ReportedComparison, columns = 120) => renderComparison(one, { columns, colors: false })

describe('a comparison', () => {
  test('answers first, then shows what changed by scenario, then says what to do', () => {
    expect(text(regressed)).toBe(
      `slower? YES working time +31.0% (refund)   dearer? YES tokens +30.0% (refund)   worse? not judged
bench-agent: 1 of 2 scenarios got worse · base main (1a2b3c4), candidate working tree

   scenario  what changed                 base     candidate  change       p  would find
✖  refund    working time                  1 s        1.31 s  +31.0%  <0.001       +8.0%
✖            tokens               2,000 tokens  2,600 tokens  +30.0%       –       +5.0%
             and 2 other metrics
✔  greet     nothing                                                              +12.0%
p: the chance that noise alone does this; – where it is exact or follows from others; would find: the smallest worsening
that 9 of 10 comparisons find

not meant  See what the change made the agent do more of: steps, longer answers, slower calls.
meant      npx vitest run -u
           makes the new levels the baseline`,
    )
  })

  test.each([60, 80, 120])('is no wider than %i columns', (columns) => {
    for (const line of text(regressed, columns).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
  })

  test('says the same with colours and without', () => {
    const coloured = renderComparison(regressed, { columns: 100, colors: true })
    expect(coloured).not.toBe(text(regressed, 100))
    expect(withoutColours(coloured)).toBe(text(regressed, 100))
  })

  test('is short when nothing got worse', () => {
    const [answer, context] = text(reported([scenario('greet', [same])])).split('\n')
    expect(answer).toBe('slower? no   dearer? not judged   worse? not judged')
    expect(context).toContain('bench-agent: nothing got worse · base main')
  })

  test('that looks worse, and could be noise, is unclear', () => {
    const unclear = reported([scenario('greet', [{ ...slower, status: 'unclear' }])], { status: 'inconclusive' })
    expect(text(unclear)).toMatch(/^slower\? unclear working time \+31\.0% \(greet\)/)
    expect(text(unclear)).toContain('not everything could be judged')
    expect(text(unclear)).toContain('▲  greet')
  })

  test('tells an improvement', () => {
    const better = reported([scenario('greet', [finding('workingMs', 'better', 1000, 700)])])
    expect(text(better)).toMatch(/✔ {2}greet +working time +1 s +700 ms +-30\.0%/)
    expect(text(better)).toMatch(/^slower\? no/)
  })

  test('says what was not judged and why, what is gone and what is new', () => {
    const partly = reported([scenario('greet', [], 'In the candidate: Not one run was made.')], {
      status: 'inconclusive',
      missing: ['old'],
      added: ['new', 'newer'],
    })
    expect(text(partly)).toContain('▲ greet was not judged. In the candidate: Not one run was made.')
    expect(text(partly)).toContain('▲ No longer there: old.')
    expect(text(partly)).toContain('▲ New, with nothing to compare with: new, newer.')
  })

  test('in which the candidate broke is worse, though nothing could be compared', () => {
    const broken = reported([scenario('greet', [], 'It died.')], { status: 'fail' }, { broken: ['greet', 'refund'] })
    expect(text(broken)).toContain('worse? YES not measured any more (greet and 1 more)')
    expect(text(broken)).toContain('bench-agent: the candidate could not be measured in full')
  })

  test('in which everything is slower alike says so, where that is significant', () => {
    const shift = { ratio: 0.14, p: 0.0002, scenarios: 12, significant: true, beyondDrift: false }
    const shifted = text(reported([scenario('greet', [same])], { shift, status: 'inconclusive' }))
    expect(shifted).toContain('slower? unclear all 12 scenarios together +14.0%')
    expect(shifted).toContain('All 12 scenarios are slower by about the same share, +14.0% (p <0.001)')
    expect(text(reported([scenario('greet', [same])], { shift: { ...shift, significant: false } }))).not.toContain(
      'All 12',
    )
  })

  test('in which everything is slower by more than a machine explains is slower', () => {
    const shift = { ratio: 1, p: 0.0002, scenarios: 12, significant: true, beyondDrift: true }
    const doubled = text(reported([scenario('greet', [same])], { shift, status: 'fail' }))
    expect(doubled).toContain('slower? YES all 12 scenarios together +100.0%')
    expect(doubled).toContain('bench-agent: all got slower together')
    const faster = text(reported([scenario('greet', [same])], { shift: { ...shift, ratio: -0.5, beyondDrift: false } }))
    expect(faster).toContain('slower? no')
    expect(faster).toContain('All 12 scenarios are faster by about the same share, -50.0%')
  })

  test('names the scenario with the largest change, and how many others there are', () => {
    const many = reported([
      scenario('small', [finding('workingMs', 'worse', 100, 120)]),
      scenario('large', [finding('workingMs', 'worse', 100, 300)]),
    ])
    expect(text(many)).toContain('slower? YES working time +200.0% (large and 1 more)')
  })

  test('shows five metrics of a scenario at most', () => {
    const scores = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => finding(`scores.${name}`, 'worse', 1, 0.5))
    expect(text(reported([scenario('greet', scores)]))).toContain('and 2 other metrics')
  })
})
