import type { Calibration } from './calibration.ts'

/** Where an execution ran. */
export interface Environment {
  node: string
  platform: string
  architecture: string
  cpuModel: string
  cpuCores: number
  memoryBytes: number
  /** True in a continuous-integration job. */
  ci: boolean
  /** What the CI calls its machine: `ubuntu-24.04`; absent outside CI or when it does not say. */
  runnerLabel?: string | undefined
  /** Version of the machine's image; absent outside CI or when it does not say. */
  runnerImage?: string | undefined
  /** Version of bench-agent. */
  version: string
  /** What the machine could do in the session; absent where nobody tried, as in a session of less than three seconds. */
  calibration?: Calibration | undefined
}

/**
 * Executions under the same key ran on machines alike enough to compare latency, memory and CPU: runner label (in CI) or
 * CPU model, architecture, cores and Node's major version.
 */
export function environmentKey(environment: Environment): string {
  const machine = (environment.ci ? environment.runnerLabel : undefined) ?? environment.cpuModel
  const parts = [
    machine,
    environment.architecture,
    `${environment.cpuCores} cores`,
    `node ${environment.node.split('.')[0]}`,
  ]
  return parts.join(', ')
}
