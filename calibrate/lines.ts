import type { Line } from './line.ts'
import type { Observation, Tally } from './tally.ts'

/** The lines of what was counted. */
export function linesOf(tally: Tally): Line[] {
  return [...tally.values()].map(lineOf)
}

function lineOf({ name, hits, n, bound, clustered = false }: Observation): Line {
  return {
    name,
    value: hits / n,
    bound,
    n,
    isProportion: !clustered,
    peer: name.startsWith('peer.') ? true : undefined,
  }
}

const cost = 'cost.extra_runs_ratio'

/** What confirming costs at the drift at which it costs most; none where no session was measured. */
export function costLine(lines: readonly Line[]): Line[] {
  const [worst] = lines.filter(({ name }) => name.startsWith(`${cost}.`)).sort((one, other) => other.value - one.value)
  return worst === undefined ? [] : [{ ...worst, name: cost }]
}
