import { startModelServer } from '../fixtures/model-server/server.ts'
import { mean } from '../src/stats/moments.ts'
import { askChild, startChild } from './child.ts'
import { type Figure, median } from './figure.ts'
import type { LeakAnswer, LeakRequest } from './leak-process.ts'

const usual: Pick<LeakRequest, 'cycles' | 'runsPerCycle'> = { cycles: 30, runsPerCycle: 100 }
const soaks = 30
const keptBytes = 256
// As many runs as a third of all.
const cached = (usual.cycles * usual.runsPerCycle) / 3

/** How often a soak calls a leak what is none, and how often it finds a small one; other rules on the same readings beside it. */
export async function leakFigures(): Promise<Figure[]> {
  await using server = await startedServer()
  const clean = await soaksOf((position) => ({
    keptBytes: 0,
    cached: position % 2 === 0 ? 0 : cached,
    baseUrl: position % 3 === 0 ? server.baseUrl : undefined,
  }))
  const leaking = await soaksOf(() => ({ keptBytes, cached: 0 }))
  const slopes = (answers: readonly LeakAnswer[]) =>
    median(answers.map(({ secondHalf }) => secondHalf?.slope ?? Number.NaN))
  return [
    {
      name: 'soak.false_alarm_count',
      value: leaksIn(clean),
      unit: `of ${soaks}`,
      bound: 0,
      peers: { ...peersOn(clean), 'slope of the second half, median bytes': slopes(clean) },
      meaning:
        'Soaks of 30 × 100 runs called a leak where nothing leaks; half of the agents fill a cache of 1,000 KiB, a third calls a model.',
    },
    {
      name: 'soak.found_256_bytes_count',
      value: leaksIn(leaking),
      unit: `of ${soaks}`,
      bound: soaks,
      better: 'higher',
      peers: { ...peersOn(leaking), 'slope of the second half, median bytes': slopes(leaking) },
      meaning: 'Soaks of 30 × 100 runs called a leak where 256 bytes of each run are kept.',
    },
  ]
}

async function startedServer() {
  const server = await startModelServer({ timing: { ttftMs: 1 } })
  return { baseUrl: server.baseUrl, [Symbol.asyncDispose]: () => server.close() }
}

async function soaksOf(keptAt: (position: number) => Pick<LeakRequest, 'keptBytes' | 'cached'>): Promise<LeakAnswer[]> {
  const answers: LeakAnswer[] = []
  for (let position = 0; position < soaks; position++) {
    const child = startChild('leak-process.ts')
    answers.push(await askChild<LeakAnswer>(child, { ...usual, ...keptAt(position) } satisfies LeakRequest))
    child.disconnect()
  }
  return answers
}

function leaksIn(answers: readonly LeakAnswer[]): number {
  return answers.filter(({ verdict }) => verdict === 'leak').length
}

type Rule = (bytes: readonly number[]) => boolean

// As they are found in scripts and tools, on readings with garbage and without.
const rules: Record<string, Rule> = {
  'growth > 10%': (bytes) => (bytes.at(-1) ?? 0) > 1.1 * (bytes[0] ?? 0),
  'least squares, t > 2,': (bytes) => slopeT(bytes) > 2,
}

function peersOn(answers: readonly LeakAnswer[]): Record<string, number> {
  const readings = { 'before collection': 'heldBytes', 'after collection': 'usedBytes' } as const
  return Object.fromEntries(
    Object.entries(rules).flatMap(([name, rule]) =>
      Object.entries(readings).map(([when, key]) => [
        `${name} ${when} of ${soaks}`,
        answers.filter(({ cycles }) => rule(cycles.map((cycle) => cycle[key]))).length,
      ]),
    ),
  )
}

/** The slope of `values` by least squares over its standard error. */
function slopeT(values: readonly number[]): number {
  const [middle, center] = [(values.length - 1) / 2, mean(values)]
  const spread = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
  const slope = values.reduce((sum, value, at) => sum + (at - middle) * (value - center), 0) / spread
  const left = values.reduce((sum, value, at) => sum + (value - center - slope * (at - middle)) ** 2, 0)
  return slope / Math.sqrt(left / (values.length - 2) / spread)
}
