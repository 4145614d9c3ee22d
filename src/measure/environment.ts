import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os'
import type { Environment } from '../domain/environment.ts'
import { version } from './version.ts'

/** Whether `variables` are those of a continuous-integration job. */
export function isCi(variables: NodeJS.ProcessEnv): boolean {
  return variables.CI !== undefined && variables.CI !== '' && variables.CI !== 'false' && variables.CI !== '0'
}

/** Where this process runs. `BENCH_AGENT_RUNNER` names the kind of machine where the CI's own variables do not. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  return {
    node: process.versions.node,
    platform: platform(),
    architecture: arch(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpuCores: availableParallelism(),
    memoryBytes: totalmem(),
    ci: isCi(variables),
    // A variable that is set to nothing says nothing.
    runnerLabel: variables.BENCH_AGENT_RUNNER || variables.ImageOS || variables.CI_RUNNER_TAGS || undefined,
    runnerImage: variables.ImageVersion || undefined,
    version,
  }
}
