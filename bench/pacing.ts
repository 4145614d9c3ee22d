import { askChild, startChild } from './child.ts'
import { type Figure, median } from './figure.ts'
import type { PacingAnswer, PacingRequest } from './pacing-process.ts'

const names = ['precise', 'timer', 'setInterval', 'setImmediate spin'] as const
type PacingName = (typeof names)[number]
type Round = Record<PacingName, PacingAnswer>

const usual: PacingRequest = { ratePerSecond: 1_000, durationMs: 2_000 }
const fast: PacingRequest = { ratePerSecond: 5_000, durationMs: 4_000 }
const warmupRounds = 1
const rounds = 5

/** How late starts of an open load are, how many of them come, and what waiting for them costs. Takes some minutes. */
export async function pacingFigures(): Promise<Figure[]> {
  const [usually, quickly] = await inTurns([usual, fast])
  return [
    {
      name: 'pacing.send_error_p50_ms',
      value: median(of(usually, 'precise', 'errorP50Ms')),
      unit: 'ms',
      bound: 0.15,
      peers: {
        ...peersOf(usually, 'errorP50Ms', 'p50 ms'),
        ...peersOf(usually, 'errorP99Ms', 'p99 ms'),
        ...peersOf(usually, 'cpuShareRatio', 'CPU share ratio'),
      },
      meaning: `How late the middle start is at ${usual.ratePerSecond} a second with \`pacing: 'precise'\`.`,
    },
    {
      name: 'pacing.achieved_ratio',
      value: median(of(quickly, 'precise', 'achievedRatio')),
      unit: 'ratio',
      bound: 0.998,
      better: 'higher',
      peers: {
        ...peersOf(quickly, 'achievedRatio', 'ratio'),
        ...peersOf(quickly, 'errorP50Ms', 'p50 ms'),
        ...peersOf(quickly, 'errorP99Ms', 'p99 ms'),
      },
      meaning: `Starts a second / the ${fast.ratePerSecond} that are asked for, with \`pacing: 'precise'\`.`,
    },
    {
      name: 'pacing.cpu_share_ratio',
      value: median(of(quickly, 'precise', 'cpuShareRatio')),
      unit: 'ratio',
      bound: 0.2,
      peers: peersOf(quickly, 'cpuShareRatio', 'ratio'),
      meaning: `Share of a core that ${fast.ratePerSecond} starts a second of a no-op agent take with \`pacing: 'precise'\`, measured and summarized.`,
    },
  ]
}

/** The rounds of each request. */
async function inTurns(requests: readonly PacingRequest[]): Promise<Round[][]> {
  const children = names.map((name) => ({ name, child: startChild('pacing-process.ts', name) }))
  const measured: Round[][] = requests.map(() => [])
  for (let round = -warmupRounds; round < rounds; round++) {
    for (const [position, request] of requests.entries()) {
      const answers: [PacingName, PacingAnswer][] = []
      for (const { name, child } of round % 2 === 0 ? children : children.toReversed())
        answers.push([name, await askChild<PacingAnswer>(child, request)])
      if (round >= 0) measured[position]?.push(Object.fromEntries(answers) as Round)
    }
  }
  for (const { child } of children) child.disconnect()
  return measured
}

function of(measured: readonly Round[] | undefined, name: PacingName, what: keyof PacingAnswer): number[] {
  return (measured ?? []).map((round) => round[name][what])
}

function peersOf(
  measured: readonly Round[] | undefined,
  what: keyof PacingAnswer,
  label: string,
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [`${name} ${label}`, median(of(measured, name, what))]))
}
