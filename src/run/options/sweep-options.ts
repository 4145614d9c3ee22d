import { type Mistake, quoteValue } from '../../domain/errors.ts'
import { z } from '../../domain/zod.ts'
import { mistakesIn } from './validation.ts'

/** What a sweep says beyond a scenario. */
export interface SweepOwn {
  over: Record<string, readonly unknown[]>
  configure?: ((value: never) => object) | undefined
  runs?: number | undefined
  repeats?: number | undefined
  thresholds?: object | undefined
}

/** One value that a sweep goes over. */
export interface SweepValue {
  /** As a person reads it. */
  name: string
  value: unknown
  /** Runs in flight; absent when the sweep is over something else. */
  concurrency?: number | undefined
  /** Cases, the first ones; absent when the sweep is over something else. */
  caseCount?: number | undefined
}

const atLeastOne = z.int().check(z.minimum(1))
const counts = z.array(atLeastOne)
const ratio = z.number().check(z.minimum(0))

const OwnSchema = z.looseObject({
  over: z.record(z.string(), z.array(z.unknown())),
  configure: z.optional(z.custom((value) => typeof value === 'function', 'a function')),
  runs: z.optional(atLeastOne),
  repeats: z.optional(atLeastOne),
  thresholds: z.optional(z.looseObject({ efficiencyRatio: z.optional(z.record(z.string(), ratio)) })),
})

const counted = ['concurrency', 'caseCount'] as const
const refused = [
  'load',
  'concurrency',
  'runsPerSecond',
  'baseline',
  'detect',
  'categories',
  'inconclusive',
  'profile',
] as const

/** What is wrong with `options` of a sweep, beyond what is wrong with those of its scenarios. */
export function sweepMistakes(options: SweepOwn): Mistake[] {
  const { over }: { over: unknown } = options
  if (typeof over !== 'object' || over === null || Array.isArray(over))
    return [{ path: 'over', expected: 'what to go over, such as `{ concurrency: [1, 2, 5] }`', got: quoteValue(over) }]
  const mistakes = mistakesIn(OwnSchema, options, '')
  if (mistakes.length > 0) return mistakes
  for (const path of refused)
    if (path in options) mistakes.push({ path, expected: 'absent in a sweep', got: 'a value', remedy: remedies[path] })
  const things = Object.keys(options.over)
  if (things.length !== 1)
    return [
      ...mistakes,
      { path: 'over', expected: 'one thing to go over', got: things.length === 0 ? 'nothing' : things.join(', ') },
    ]
  const [name = ''] = things
  const values = options.over[name] ?? []
  if (values.length === 0) mistakes.push({ path: `over.${name}`, expected: 'at least one value', got: 'none' })
  const isCounted = counted.some((one) => one === name)
  if (isCounted) mistakes.push(...mistakesIn(counts, values, `over.${name}`))
  else if (options.configure === undefined)
    mistakes.push({
      path: 'configure',
      expected: `a function that says what each ${name} changes`,
      got: 'nothing',
      remedy: `Write \`configure: (${name}) => ({ agent: … })\`.`,
    })
  const names = values.map(nameOf)
  const twice = names.find((one, position) => names.indexOf(one) !== position)
  if (twice !== undefined)
    mistakes.push({
      path: `over.${name}`,
      expected: 'values that differ in their names',
      got: `${twice} twice`,
      remedy: isCounted ? undefined : "Give each a name of its own: `{ name: 'small', … }`.",
    })
  return [...mistakes, ...efficiencyMistakes(options, name, values)]
}

const remedies: Partial<Record<(typeof refused)[number], string>> = {
  concurrency: 'Go over it: `over: { concurrency: [1, 2, 5] }`.',
}

function efficiencyMistakes(options: SweepOwn, name: string, values: readonly unknown[]): Mistake[] {
  const asked = Object.keys(efficiencyBounds(options))
  if (asked.length === 0) return []
  const path = 'thresholds.efficiencyRatio'
  if (name !== 'concurrency' || !values.includes(1))
    return [
      {
        path,
        expected: 'a sweep over concurrency with a level of 1, which efficiency is held against',
        got: `over ${name} ${values.join(', ')}`,
      },
    ]
  return asked.flatMap((level) =>
    values.includes(Number(level))
      ? []
      : [{ path: `${path}.${level}`, expected: 'a level of the sweep', got: `${level}, which is not in it` }],
  )
}

/** The lowest efficiency that is accepted, by concurrency. */
export function efficiencyBounds({ thresholds }: Pick<SweepOwn, 'thresholds'>): Record<string, number> {
  const { efficiencyRatio = {} } = (thresholds ?? {}) as { efficiencyRatio?: Record<string, number> | undefined }
  return efficiencyRatio
}

/** What `options` go over: its name, and its values. */
export function sweptValues({ over }: Pick<SweepOwn, 'over'>): { over: string; values: SweepValue[] } {
  const [[name, values] = ['', []]] = Object.entries(over)
  return {
    over: name,
    values: values.map((value) => ({
      name: nameOf(value),
      value,
      concurrency: name === 'concurrency' ? Number(value) : undefined,
      caseCount: name === 'caseCount' ? Number(value) : undefined,
    })),
  }
}

function nameOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : quoteValue(value)
}
