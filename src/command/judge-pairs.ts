import { judgedTogether } from '../compare/suite/family.ts'
import { compareSides, type Sides } from '../compare/suite/sides.ts'
import type { ScenarioComparison, SuiteComparison } from '../compare/suite/suite.ts'
import type { Finding } from '../domain/finding.ts'
import { additionTo, type SecondPass } from './second-pass.ts'
import type { Side } from './turn-message.ts'
import type { Pair, Unpaired } from './turn-order.ts'
import { type Measured, type SideOutcome, type UsedPair, usedPairs } from './used-pairs.ts'

/** What a scenario comes to that took turns. */
export interface JudgedScenario extends ScenarioComparison {
  /** Passes that it was judged on: 2 where something looked worse and was measured once more, 0 where it was not judged. */
  passes: number
}

/** The comparison of all that took turns. */
export interface JudgedSuite extends SuiteComparison {
  scenarios: JudgedScenario[]
}

/** The comparison of what was measured in turns, with what kept the rest from being compared. */
export interface JudgedPairs {
  comparison: JudgedSuite
  /** Scenarios that the candidate could not measure and the base could. */
  broken: string[]
  notes: string[]
}

/** Judges scenarios, each by its passes, and all of them together. */
export type Judgement = (scenarios: readonly (readonly Sides[])[]) => Finding[][]

/** The judgement of `bench-agent ab`. */
export const judgeSides: Judgement = (scenarios) => judgedTogether(scenarios.map((passes) => compareSides(passes)))

/**
 * Judges by `judgement` what both sides measured, in one pass or two. What only the candidate failed to measure in the first fails: a
 * version that cannot be measured any more is worse.
 *
 * @param second what was measured once more; absent when nothing was
 */
export function judgePairs(first: Measured, judgement: Judgement, second?: SecondPass): JudgedPairs {
  const { pairs, unpaired, outcomes } = first
  const used = usedPairs(first).map((pair) => ({ pair, ...passesOf(pair, second) }))
  const findings = judgement(used.flatMap(({ passes }) => (passes.length === 0 ? [] : [passes])))
  const scenarios = used.map(({ pair: { identity, reason }, passes }): JudgedScenario => {
    const found = passes.length === 0 ? [] : (findings.shift() ?? [])
    return { identity, findings: found, reason, passes: passes.length }
  })
  const missed = unpaired.filter(({ kind }) => kind !== 'absent')
  const broken = [
    ...used.flatMap(({ pair }) => (pair.onlyCandidateBroke ? [pair.identity.name] : [])),
    ...missed.flatMap(({ side, kind, name }) => (side === 'base' && kind === 'broken' ? [name] : [])),
  ]
  const fails = broken.length > 0 || statuses(scenarios).includes('worse')
  const isDecided = missed.length === 0 && scenarios.length > 0 && scenarios.every(isJudged)
  const names = (side: Side) =>
    unpaired.filter((one) => one.side === side && one.kind === 'absent').map(({ name }) => name)
  return {
    comparison: {
      status: fails ? 'fail' : isDecided ? 'pass' : 'inconclusive',
      scenarios,
      missing: names('base'),
      added: names('candidate'),
    },
    broken,
    notes: [
      ...onceEach(missed).map(({ name, reason }) => `${name} was not compared: ${reason}.`),
      ...used.flatMap(({ note }) => note ?? []),
      ...thresholdNotes(pairs, outcomes.candidate),
    ],
  }
}

function passesOf(
  { identity, records }: UsedPair,
  second: SecondPass | undefined,
): { passes: Sides[]; note?: string | undefined } {
  if (records === undefined) return { passes: [] }
  const addition = second === undefined ? {} : additionTo(records, second)
  if (addition.records !== undefined) return { passes: [records, addition.records] }
  const { reason } = addition
  return {
    passes: [records],
    note: reason && `${identity.name} was judged on its first pass alone, for the second failed. ${reason}`,
  }
}

// Where both sides left it out, the reason of the first says it.
function onceEach(missed: readonly Unpaired[]): Unpaired[] {
  const first = new Map(missed.toReversed().map((one) => [`${one.file} > ${one.name}`, one]))
  return missed.filter((one) => first.get(`${one.file} > ${one.name}`) === one)
}

function statuses(scenarios: readonly ScenarioComparison[]): Finding['status'][] {
  return scenarios.flatMap(({ findings }) => findings.map(({ status }) => status))
}

function isJudged({ findings, reason }: ScenarioComparison): boolean {
  const found = findings.map(({ status }) => status)
  return reason === undefined && !found.includes('unclear') && found.some((one) => one !== 'notJudged' && one !== 'new')
}

/** Thresholds are no comparison, and who breaks one should know all the same. */
function thresholdNotes(pairs: readonly Pair[], { records }: SideOutcome): string[] {
  const compared = new Set(pairs.map(({ executions }) => executions.candidate))
  const breaking = records.filter(
    ({ execution, verdict }) =>
      compared.has(execution) && verdict.checks.some(({ status, code }) => status === 'fail' && code === 'threshold'),
  )
  const names = breaking.map(({ identity }) => identity.name).join(', ')
  return breaking.length === 0 ? [] : [`Thresholds are broken in the candidate, which is not judged here: ${names}.`]
}
