import { parentPort } from 'node:worker_threads'
import { type Chunk, makeTrials } from './chunk.ts'
import type { Experiment } from './experiment.ts'
import { experiments, type Form } from './plan.ts'

const known = new Map<Form, Experiment[]>()

parentPort?.on('message', (chunk: Chunk) => {
  const all = known.get(chunk.form) ?? experiments(chunk.form)
  known.set(chunk.form, all)
  const experiment = all.find(({ name }) => name === chunk.experiment)
  if (experiment === undefined) throw new RangeError(`expected the name of an experiment, got ${chunk.experiment}`)
  parentPort?.postMessage(makeTrials(experiment, chunk))
})
