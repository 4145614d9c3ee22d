import { expect, test } from 'vitest'
import { type Judgement, judgePairs, judgeSides } from '../../src/command/judge-pairs.ts'
import type { SecondPass } from '../../src/command/second-pass.ts'
import { usedPairs } from '../../src/command/used-pairs.ts'
import type { Finding } from '../../src/domain/finding.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { failedCheck, finding, recordWith } from '../report/given.ts'
import { alone, executed, measured, pair, timed } from './measured.ts'

const found =
  (...statuses: Finding['status'][]): Judgement =>
  (scenarios) =>
    scenarios.map(() => statuses.map((status) => finding('workingMs', status, 100, 130)))

test.each([
  [['same', 'better'], 'pass'],
  [['same', 'worse'], 'fail'],
  [['same', 'unclear'], 'inconclusive'],
  [['notJudged'], 'inconclusive'],
  [[], 'inconclusive'],
] as const)('findings that are %j come to %s', (statuses, status) => {
  expect(judgePairs(measured(['refund']), found(...statuses)).comparison.status).toBe(status)
})

test('the records of all pairs are judged together, and each gets its own findings', () => {
  const given = measured(['refund', 'greet', 'lost'])
  given.pairs = [pair('refund'), pair('lost', { lost: 'base' }), pair('greet')]
  const seen: string[][] = []
  const { comparison } = judgePairs(given, (scenarios) => {
    seen.push(...scenarios.map((passes) => passes.flatMap((one) => [one.base.execution, one.candidate.execution])))
    return scenarios.map((_, position) => [finding('workingMs', 'same', 100, 100 + position)])
  })
  expect(seen).toEqual([
    ['base refund', 'candidate refund'],
    ['base greet', 'candidate greet'],
  ])
  const locations = comparison.scenarios.map(({ identity, findings }) => [
    identity.name,
    findings[0]?.candidate.location,
  ])
  expect(locations).toEqual([
    ['refund', 100],
    ['lost', undefined],
    ['greet', 101],
  ])
})

test('scenarios of one side only are named, and decide nothing', () => {
  const unpaired = [alone('base', 'old', 'absent'), alone('candidate', 'new', 'absent')]
  const { comparison, notes } = judgePairs(measured(['refund'], { unpaired }), found('same'))
  expect(comparison).toMatchObject({ status: 'pass', missing: ['old'], added: ['new'] })
  expect(notes).toEqual([])
})

test('what only the candidate cannot measure fails, and what the base cannot is undecided', () => {
  const lost = (side: 'base' | 'candidate') => measured(['refund'], { pairs: [pair('refund', { lost: side })] })
  const inCandidate = judgePairs(lost('candidate'), found('same'))
  expect(inCandidate).toMatchObject({ comparison: { status: 'fail' }, broken: ['refund'] })
  expect(inCandidate.comparison.scenarios[0]?.reason).toBe('In the candidate: Its test ended before the runs did.')
  expect(judgePairs(lost('base'), found('same'))).toMatchObject({ comparison: { status: 'inconclusive' }, broken: [] })
  const unpaired = [alone('base', 'later', 'broken')]
  expect(judgePairs(measured(['refund'], { unpaired }), found('same')).broken).toEqual(['later'])
})

test('a scenario left out on both sides is told once', () => {
  const unpaired = [alone('base', 'moved', 'order'), alone('candidate', 'moved', 'order')]
  const { comparison, notes } = judgePairs(measured(['refund'], { unpaired }), found('same'))
  expect(comparison.status).toBe('inconclusive')
  expect(notes).toEqual(['moved was not compared: something else.'])
})

test.each<[string, Partial<ExecutionRecord>]>([
  ['A mistake ended it: no', { mistake: 'no' }],
  ['Its samples were too many to keep', { samples: undefined }],
  ['key is wrong.', recordWith('refund', { checks: [failedCheck('provider', 'key')] })],
])('an execution that tells nothing says why: %s', (reason, more) => {
  const given = measured(['refund'])
  given.outcomes.candidate = {
    records: [executed('candidate', 'refund', { ...more, execution: 'candidate refund' })],
    dead: [],
  }
  const { comparison } = judgePairs(given, found('same'))
  expect(comparison.scenarios[0]).toMatchObject({ findings: [], reason: expect.stringContaining(reason) })
})

test('how a process died is told', () => {
  const given = measured(['refund'])
  given.outcomes.candidate = { records: [], dead: [{ name: 'refund', reason: 'It ran out of memory.', remedy: '' }] }
  expect(judgePairs(given, found('same')).comparison.scenarios[0]?.reason).toBe(
    'In the candidate: It ran out of memory.',
  )
})

test('thresholds that the candidate breaks are no comparison, and are told', () => {
  const given = measured(['refund'])
  const { verdict } = recordWith('refund', { checks: [failedCheck('threshold', 'latency p95')] })
  given.outcomes.candidate = { records: [executed('candidate', 'refund', { verdict })], dead: [] }
  const { comparison, notes } = judgePairs(given, found('same'))
  expect(comparison.status).toBe('pass')
  expect(notes).toEqual(['Thresholds are broken in the candidate, which is not judged here: refund.'])
})

/** What was measured once more, of all that `first` measured. */
const again = (first: ReturnType<typeof measured>, more: Partial<SecondPass>): SecondPass => ({
  suspects: usedPairs(first).flatMap(({ records }) => records ?? []),
  ...more,
})

test('what was measured once more is judged on both passes, and the rest on its only one', () => {
  const first = measured(['refund', 'greet'])
  // Of the two only one was to be measured once more.
  const second = again(measured(['refund']), { measured: measured(['refund'], {}, 'again') })
  const seen: string[][] = []
  const { comparison, notes } = judgePairs(
    first,
    (scenarios) => {
      seen.push(...scenarios.map((passes) => passes.map(({ candidate }) => candidate.execution)))
      return found('same')(scenarios)
    },
    second,
  )
  expect(seen).toEqual([['candidate refund', 'again candidate refund'], ['candidate greet']])
  expect(comparison.scenarios.map(({ passes }) => passes)).toEqual([2, 1])
  expect(notes).toEqual([])
})

test.each<[string, Partial<SecondPass>, string]>([
  ['the pass as a whole', { failure: 'Expected the base to take turns' }, 'Expected the base to take turns.'],
  [
    'a side of it',
    { measured: measured(['refund'], { pairs: [pair('refund', { lost: 'candidate' }, 'again')] }, 'again') },
    'In the candidate: Its test ended before the runs did.',
  ],
  ['its turn', { measured: measured([]) }, 'It was not measured again.'],
  [
    'its file',
    { measured: measured([], { unpaired: [alone('base', 'refund', 'broken')] }) },
    'It was left out: something else.',
  ],
])('a scenario whose second pass was lost with %s is judged on the first', (_, lost, reason) => {
  const first = measured(['refund'])
  const { comparison, broken, notes } = judgePairs(first, found('worse'), again(first, lost))
  expect(comparison).toMatchObject({ status: 'fail', scenarios: [{ passes: 1 }] })
  expect(broken).toEqual([])
  expect(notes).toEqual([`refund was judged on its first pass alone, for the second failed. ${reason}`])
})

test('other cases than those of the first pass confirm nothing', () => {
  const first = measured(['refund'])
  const other = measured(['refund'], {}, 'again')
  const changed = other.outcomes.candidate.records.map((record) => ({
    ...record,
    plan: { ...record.plan, caseHash: 'another' },
  }))
  other.outcomes.candidate = { records: changed, dead: [] }
  expect(judgePairs(first, found('same'), again(first, { measured: other })).notes).toEqual([
    expect.stringContaining('Its cases were not those of the first pass.'),
  ])
})

test('a worsening that the second pass repeats is one, and one that it takes back is none', () => {
  const first = timed('refund', 1.2)
  const judge = (ratio: number) =>
    judgePairs(first, judgeSides, again(first, { measured: timed('refund', ratio, 'again') }))
  const [confirmed] = judge(1.2).comparison.scenarios
  expect(confirmed?.findings).toContainEqual(expect.objectContaining({ metric: 'workingMs', status: 'worse' }))
  const takenBack = judge(0.8).comparison
  expect(takenBack.status).toBe('pass')
  expect(takenBack.scenarios[0]?.passes).toBe(2)
})
