import { expect, test } from 'vitest'
import { chunksOf, makeTrials } from '../../calibrate/chunk.ts'
import { drawing } from '../../calibrate/draw.ts'
import type { Experiment } from '../../calibrate/experiment.ts'
import { count, once, type Tally } from '../../calibrate/tally.ts'

const experiment: Experiment = {
  name: 'coin',
  trials: 90,
  trial: (seed) => [once('heads', drawing(seed).uniform() < 0.5)],
}

test('an experiment comes out the same in one piece and in chunks', () => {
  const chunks = chunksOf(experiment, 'full', 1)
  expect(chunks.map(({ from, to }) => to - from).reduce((sum, size) => sum + size, 0)).toBe(90)
  const tally: Tally = new Map()
  for (const chunk of chunks.toReversed()) count(tally, makeTrials(experiment, chunk).values())
  const whole = makeTrials(experiment, { form: 'full', seed: 1, experiment: 'coin', from: 0, to: 90 })
  expect(tally).toEqual(whole)
  expect(whole.get('heads')?.n).toBe(90)
})

test('trials of other names, seeds and numbers draw something else', () => {
  const seen: number[] = []
  const trial: Experiment['trial'] = (seed) => {
    seen.push(seed)
    return []
  }
  for (const name of ['session.drift_0', 'session.drift_3'])
    for (const seed of [1, 2])
      makeTrials({ name, trials: 4000, trial }, { form: 'full', seed, experiment: name, from: 0, to: 4000 })
  expect(new Set(seen).size).toBe(16_000)
})
