import type { Asked } from '../../domain/finding.ts'
import { looksOf } from '../../domain/plan.ts'
import type { Contest } from '../evidence/contest.ts'
import { isSteady } from '../evidence/noise.ts'
import { matureExecutions, smallestEffectMs, smallestEffectRatio } from '../evidence/rule.ts'
import { type PlannedRounds, plannedRuns } from './progress.ts'
import { finds } from './sensitivity.ts'

// As many as the history keeps.
const fullBaseline = 10
// Beyond that nobody plans.
const mostRuns = 10_000
// Where a full baseline spares half of the runs, it is what the baseline lacks and not the candidate.
const worthwhileRatio = 2

/**
 * How many runs would find a worsening by `ratio` of the baseline in 90% of executions: with the baseline as it is, else with one of
 * more executions of as many runs. The rule itself is asked, so that drift, smallest effects and confirmation are in it.
 *
 * @param perRound values that a run of each case brings
 * @param plan of the execution; its number of runs is what is looked for
 */
export function runsNeeded(contest: Contest, ratio: number, perRound: number, plan: PlannedRounds): Asked {
  const { noise } = contest
  const asked = { ratio, planned: plan.most }
  if (noise !== undefined && isSteady(noise)) return asked
  const isEnough = (rounds: number, held: Contest) => {
    const looks = plan.looks === undefined ? undefined : looksOf(rounds)
    return finds(held, plannedRuns(perRound, { ...plan, most: rounds, looks, askedRatio: ratio }), ratio)
  }
  const most = Math.max(plan.most, Math.floor(mostRuns / perRound))
  const now = fewest(plan.most, most, (rounds) => isEnough(rounds, contest))
  if (now !== undefined && now <= plan.most) return { ...asked, runs: now }
  const grown = fewestExecutions(contest, (held) => isEnough(plan.most, held), perRound * plan.most)
  if (grown !== undefined) return { ...asked, runs: plan.most, executions: grown }
  const full = (rounds: number) => withBaseline(contest, fullBaseline, perRound * rounds)
  const then = fewest(plan.most, most, (rounds) => isEnough(rounds, full(rounds)))
  if (now !== undefined && (then === undefined || now <= worthwhileRatio * then)) return { ...asked, runs: now }
  if (then !== undefined) return { ...asked, runs: then, executions: fullBaseline }
  if (isTooSmall(contest, ratio)) return { ...asked, hiddenBy: 'smallestEffect' }
  const still = withBaseline(withoutDrift(contest), fullBaseline, perRound * most)
  return { ...asked, hiddenBy: isEnough(most, still) ? 'drift' : 'noise' }
}

function isTooSmall({ metric, reference }: Contest, ratio: number): boolean {
  if (reference.location * ratio <= smallestEffectMs(metric)) return true
  return ratio <= smallestEffectRatio(metric, matureExecutions)
}

/** `contest` held against `executions` accepted ones of `runs` runs each. */
function withBaseline(contest: Contest, executions: number, runs: number): Contest {
  const { metric, noise, line, reference } = contest
  const all = Math.round(executions * runs)
  if (metric === 'successRatio') {
    const failures = Math.round(all * (1 - reference.location))
    const past = [...Array<number>(failures).fill(0), ...Array<number>(all - failures).fill(1)]
    return { ...contest, past: [[past]], executions }
  }
  if (noise === undefined) return contest
  const baselineWeight = (noise.candidateWeight * line.n) / all
  return { ...contest, noise: { ...noise, baselineWeight, executions }, executions }
}

/** The fewest accepted executions of `runs` runs for which `holds`, more than there are; absent when not even a full history does. */
function fewestExecutions(contest: Contest, holds: (held: Contest) => boolean, runs: number): number | undefined {
  for (let executions = contest.executions + 1; executions <= fullBaseline; executions++)
    if (holds(withBaseline(contest, executions, runs))) return executions
  return undefined
}

function withoutDrift(contest: Contest): Contest {
  if (contest.noise === undefined) return contest
  const { drift } = contest.noise
  return { ...contest, noise: { ...contest.noise, drift: { ...drift, variance: 0 } } }
}

/** The fewest rounds for which `holds`, as it does for all that are more; absent when not even `most` are enough. */
function fewest(guess: number, most: number, holds: (rounds: number) => boolean): number | undefined {
  let tooFew = 0
  let enough = guess
  while (!holds(enough)) {
    if (enough >= most) return undefined
    tooFew = enough
    enough = Math.min(most, enough * 2)
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2)
    if (holds(middle)) enough = middle
    else tooFew = middle
  }
  return enough
}
