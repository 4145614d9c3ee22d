import type { Environment } from '../../../src/domain/environment.ts'
import { type Plannable, planScenario } from '../../../src/domain/plan.ts'
import type { Agent } from '../../../src/domain/scenario.ts'
import { scenarioKey } from '../../../src/history/baseline-file.ts'
import { runScenario } from '../../../src/run/scenario.ts'
import { type GatheredExecution, keptColumns } from '../../../src/vitest/session/gather.ts'
import { virtualClock } from '../../virtual-clock.ts'

const environment: Environment = {
  node: '24.21.0',
  platform: 'linux',
  architecture: 'x64',
  cpuModel: 'AMD EPYC 7763 64-Core Processor',
  cpuCores: 4,
  memoryBytes: 16 * 1024 ** 3,
  ci: true,
  runnerLabel: 'ubuntu24',
  version: '1.0.0',
}

/** When all parts start that {@link partsOf} makes. */
export const startedAt = '2026-11-20T12:00:00.000Z'

/** What a session gathers of a load on virtual time; `segment` is a part such as '2/4', and absent for all of it. */
export async function gathered(
  options: Plannable & { agent: (wait: (ms: number) => Promise<void>) => Agent },
  segment?: string,
  name = 'refund',
): Promise<GatheredExecution> {
  const clock = virtualClock()
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
  const { agent, load, ...others } = options
  const shared = load === undefined ? undefined : { ...load, segment }
  const cases = [
    { name: 'short', input: 1, category: 'simple' },
    { name: 'long', input: 2, category: 'hard' },
    { name: 'longer', input: 3, category: 'hard' },
  ]
  const { record, samples, verdict } = await clock.run(() =>
    runScenario({
      plan: planScenario(name, { ...others, load: shared as Plannable['load'] }, cases),
      agent: agent(wait),
      about: {},
      identity: { project: 'perf', file: 'test/refund.perf.ts', suite: [], name, id: name },
      execution: segment ?? 'whole',
      attempt: 0,
      mode: 'live',
      prices: { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } },
      environment,
      acceptWorse: false,
      mayWrite: true,
      keepsBaseline: false,
      deferred: segment !== undefined,
      ledger: { spentBeforeUsd: 0 },
      clock,
    }),
  )
  return {
    record: { ...record, loadStartedAt: startedAt, samples: keptColumns(samples, record.summary.runs) },
    samples,
    failed: verdict.status === 'fail',
    passed: verdict.status !== 'fail',
    place: undefined,
    testFile: '/machine/test/refund.perf.ts',
    key: scenarioKey(record.identity),
  }
}

/** The `of` parts of a load, made one after another. */
export async function partsOf(options: Parameters<typeof gathered>[0], of: number): Promise<GatheredExecution[]> {
  const parts: GatheredExecution[] = []
  for (let index = 1; index <= of; index++) parts.push(await gathered(options, `${index}/${of}`))
  return parts
}
