export type { Mode } from './domain/baseline.ts'
export type { Price, Prices } from './domain/price.ts'
export { type PerfProjectOptions, perfProject } from './vitest/session/perf-project.ts'
