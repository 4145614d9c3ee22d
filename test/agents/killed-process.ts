// Measures an agent that never answers, tells its process, and goes on until it is killed.
import { commandAgent } from '../../src/agents/command.ts'
import { measure } from '../../src/run/measure.ts'

const agent = commandAgent({ command: 'sh', args: ['-c', 'trap "" TERM HUP INT; echo $$; sleep 60 & wait; wait'] })
await measure({ warmup: 0, runs: 1 }, async function* (run) {
  for await (const part of await agent(run)) {
    process.send?.(Number(part))
    yield part
  }
})
