import type { MetricValues } from '../src/domain/baseline.ts'
import type { BaselineMetric } from '../src/domain/finding.ts'
import type { Changed } from './found.ts'
import { driftName, nameOf } from './name.ts'
import { type PeerRule, peerRules } from './peer-rules.ts'
import { tested, type Values } from './scenario.ts'
import { plannedPart, type Session } from './session.ts'
import { type Observation, once } from './tally.ts'
import { nameOfWorsening } from './worsening.ts'

/** What the rules of other tools say of the planned runs of the same session, and of the same worsenings. */
export function peersOf(
  changed: readonly Changed[],
  session: Session,
  past: readonly (readonly Values[])[],
  drift: number,
): Observation[] {
  const latest = past.map(([values]) => values ?? {})
  return peerRules.flatMap((rule) => {
    const name = (...parts: string[]) => nameOf('peer', rule.name, ...parts, driftName(drift))
    const worse = session.scenarios.flatMap(({ measurement }, index) => {
      const own = plannedPart(measurement)
      return Object.values(tested).map((metric) => isWorse(rule, metric, own, latest[index]))
    })
    const alarms = worse.filter(Boolean).length
    return [
      once(name('false_alarm'), alarms > 0),
      { name: name('false_alarm_per_test'), hits: alarms, n: worse.length, clustered: true },
      ...changed.map(({ worsening, index, measurement }) =>
        once(
          name('found', nameOfWorsening(worsening)),
          isWorse(rule, worsening.metric, plannedPart(measurement), latest[index]),
        ),
      ),
    ]
  })
}

function isWorse(rule: PeerRule, metric: BaselineMetric, own: MetricValues, before: MetricValues = {}): boolean {
  return rule.isWorse(metric, own[metric]?.flat() ?? [], before[metric]?.flat() ?? [])
}
