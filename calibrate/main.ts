import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { chunksOf } from './chunk.ts'
import { isOk, jsonLine, type Line } from './line.ts'
import { costLine, linesOf } from './lines.ts'
import { experiments } from './plan.ts'
import { tables } from './tables.ts'
import { count, type Tally } from './tally.ts'
import { startThreads } from './threads.ts'

// usage: node calibrate/main.ts [--json] [--quick] [--seed=1] [--threads=2] [--only=session.drift_3]

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
  },
})
const form = options.quick ? 'quick' : 'full'
const chosen = experiments(form).filter(({ name }) => options.only === undefined || name.startsWith(options.only))
if (chosen.length === 0) throw new RangeError(`expected the beginning of an experiment's name, got ${options.only}`)
const threads = startThreads(Number(options.threads))
const startedMs = performance.now()
const lines: Line[] = []
const tell = (told: readonly Line[]) => {
  lines.push(...told)
  if (options.json) for (const line of told) console.log(jsonLine(line, options.quick))
}
try {
  // All at once, so that no thread waits for the end of an experiment.
  const made = chosen.map((experiment) => ({
    experiment,
    tallies: chunksOf(experiment, form, Number(options.seed)).map(threads.make),
  }))
  for (const { experiment, tallies } of made) {
    const tally: Tally = new Map()
    // One after the other: sums of fractions depend on their order.
    for (const part of tallies) count(tally, (await part).values())
    tell(linesOf(tally))
    if (!options.json)
      console.error(
        `${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${experiment.name}, ${experiment.trials} trials`,
      )
  }
  tell(costLine(lines))
} finally {
  await threads.end()
}
if (!options.json) console.log(tables(lines, options.quick))
if (!lines.every((line) => isOk(line, options.quick))) process.exitCode = 1
