import { judgedTogether } from '../src/compare/suite/family.ts'
import { compareSides, type Sides, shouldConfirm } from '../src/compare/suite/sides.ts'
import type { Finding } from '../src/domain/finding.ts'
import { type Draw, drawing } from './draw.ts'
import type { Experiment } from './experiment.ts'
import { recordOf } from './record.ts'
import { suite } from './scenario.ts'
import { isRed } from './session.ts'
import { type Observation, once } from './tally.ts'
import { drawCases, drawTurns } from './turns.ts'
import { drawScenario, isFound, nameOfWorsening, type Worsening } from './worsening.ts'

const worsening: Worsening = { what: 'latency_20', change: { time: 1.2 }, metric: 'workingMs', sigma: 0.2 }

/**
 * Suites of which two versions took turns, as `bench-agent ab` judges them. What drifts is in both versions alike, so that there is
 * none.
 */
export function sidesExperiment(trials: number): Experiment {
  return {
    name: 'ab',
    trials,
    trial: (seed): Observation[] => {
      const draw = drawing(seed)
      const unchanged = suite.map((sigma) => compareInTurns(draw, sigma))
      const { index, sigma } = drawScenario(draw, worsening.sigma)
      const changed = compareInTurns(draw, sigma, worsening.change)
      const name = `found.ab.${nameOfWorsening(worsening)}`
      const found = (findings: readonly Finding[] | undefined) => isFound(findings ?? [], worsening.metric)
      const passes = unchanged.reduce((sum, one) => sum + one.passes, 0)
      return [
        once('false_alarm.ab', judgedTogether(unchanged.map(({ findings }) => findings)).some(isRed), { atMost: 0.01 }),
        once(name, found(judgedTogether(unchanged.with(index, changed).map(({ findings }) => findings))[index]), {
          atLeast: 0.9,
        }),
        once(`${name}.alone`, found(judgedTogether([changed.findings])[0])),
        { name: 'cost.ab.extra_turns_ratio', hits: passes - suite.length, n: suite.length, clustered: true },
      ]
    },
  }
}

/** What comes of a scenario of two versions in turns: once, and once more where that looks worse. */
function compareInTurns(
  draw: Draw,
  sigma: number,
  change?: Worsening['change'],
): { findings: Finding[]; passes: number } {
  const cases = drawCases(draw)
  const pass = (): Sides => {
    const { base, candidate } = drawTurns(draw, sigma, cases, change)
    return { base: recordOf('', base), candidate: recordOf('', candidate) }
  }
  const first = pass()
  const findings = compareSides([first])
  return shouldConfirm(findings) ? { findings: compareSides([first, pass()]), passes: 2 } : { findings, passes: 1 }
}
