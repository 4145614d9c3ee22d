import { confirmationRatio } from '../src/compare/evidence/rule.ts'
import { compareWithBaseline } from '../src/compare/regression.ts'
import { judgedTogether } from '../src/compare/suite/family.ts'
import type { Baseline, MetricValues } from '../src/domain/baseline.ts'
import { type Draw, drawing, drawSuccess, drawTimes } from './draw.ts'
import type { Experiment } from './experiment.ts'
import { comparability, environmentKey, pastExecution } from './past.ts'
import { drawTokens, suite } from './scenario.ts'
import { isRed, judge, plannedPart } from './session.ts'
import { type Observation, once } from './tally.ts'

const cases = 10
const runsOfCase = 4
const sessions = 6
const drift = 0.03
const slowCase = 3
const slowFactor = 3
const slowSigma = 0.2

/**
 * Suites whose scenarios have ten cases of four runs, with tokens, steps that are mostly the same, and success beside their times: so few
 * runs of a case vary little by luck. How often one that did not change is red, and how often one case that takes three times as long
 * is found.
 */
export function casesExperiment(trials: number): Experiment {
  return {
    name: 'cases',
    trials,
    trial: (seed): Observation[] => {
      const draw = drawing(seed)
      const made = suite.map((sigma) => measureUnchanged(draw, sigma))
      const fresh = made.reduce((sum, { judgement }) => sum + judgement.fresh, 0)
      const compared = made.map(({ baseline, judgement: { values } }) =>
        compareWithBaseline({ values, comparability, confirms: false }, baseline),
      )
      return [
        once(
          'false_alarm.cases',
          made.some(({ judgement }) => isRed(judgement.findings)),
          { atMost: 0.01 },
        ),
        once('false_alarm.compare.cases', judgedTogether(compared).some(isRed), { atMost: 0.01 }),
        {
          name: 'cost.extra_runs_ratio.cases',
          hits: fresh,
          n: suite.length * runsOfCase,
          clustered: true,
          bound: { atMost: 0.2 },
        },
        once('found.one_case_tripled.sigma_20', isRed(findSlowCase(draw))),
      ]
    },
  }
}

function measureUnchanged(draw: Draw, sigma: number) {
  const baseline = drawBaseline(draw, sigma)
  const judgement = judge({ values: drawAll(draw, sigma), planned: runsOfCase }, baseline)
  return { baseline, judgement }
}

function findSlowCase(draw: Draw) {
  const slow = drawAll(draw, slowSigma)
  const workingMs = (slow.workingMs ?? []).map((one, position) =>
    position === slowCase ? one.map((value) => value * slowFactor) : one,
  )
  const measurement = { values: { ...slow, workingMs }, planned: runsOfCase }
  return judge(measurement, drawBaseline(draw, slowSigma)).findings
}

function drawBaseline(draw: Draw, sigma: number): Baseline {
  const history = Array.from({ length: sessions }, (_, session) => ({
    ...pastExecution(plannedPart({ values: drawAll(draw, sigma), planned: runsOfCase })),
    session: String(session),
  }))
  return { history, environmentKey, drift: { deviation: drift, sessions: 10 } }
}

/** The runs that are planned, and those that would confirm. */
function drawAll(draw: Draw, sigma: number): MetricValues {
  const count = runsOfCase + Math.ceil(runsOfCase * confirmationRatio)
  const level = Math.log(1000) + drift * draw.normal()
  const byCase = (make: () => number[]) => Array.from({ length: cases }, make)
  return {
    workingMs: byCase(() => drawTimes(draw, count, sigma).map((value) => Math.exp(level + value))),
    inputTokens: byCase(() => drawTokens(draw, count, 1)),
    steps: byCase(() => Array.from({ length: count }, () => (draw.uniform() < 0.1 ? 4 : 3))),
    successRatio: byCase(() => drawSuccess(draw, count, 0.05)),
  }
}
