import { observe } from '../../src/run/observation.ts'

// An application that observes its runs for as long as it lives, and never ends the observation.

const observation = observe({ limits: { latencyMs: 15_000 } })
const answer = await observation.run('refund', async () => 'done')
console.log(answer, observation.summary().runs)
