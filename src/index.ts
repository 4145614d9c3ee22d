export type { ChildOptions } from './agents/child/guest-child.ts'
export type { CommandOptions, JsonCommandOptions, TextCommandOptions } from './agents/command/command-options.ts'
export { commandAgent } from './agents/command.ts'
export type {
  EventsHttpOptions,
  HttpAnswer,
  HttpEvent,
  HttpOptions,
  JsonHttpOptions,
  ServerOptions,
  TextHttpOptions,
} from './agents/http/http-options.ts'
export { httpAgent } from './agents/http.ts'
export type { HttpMcpOptions, McpAnswer, McpOptions, StdioMcpOptions } from './agents/mcp/mcp-options.ts'
export { mcpAgent } from './agents/mcp.ts'
export type { Mode } from './domain/baseline.ts'
export type { Case, CaseInput } from './domain/case.ts'
export type { Check as VerdictCheck } from './domain/check.ts'
export type { Detect, DetectName } from './domain/detect.ts'
export type { Distribution, Statistic } from './domain/distribution.ts'
export type { Environment } from './domain/environment.ts'
export { BenchAgentError, type ErrorCode } from './domain/errors.ts'
export type { Fault, FaultKind } from './domain/fault.ts'
export type { Asked, BaselineLine, BaselineMetric, Finding } from './domain/finding.ts'
export type { Limits } from './domain/limit.ts'
export type { ArrivalProcess, ClosedStage, OpenStage, Pacing } from './domain/load/load.ts'
export { type LoadShape, rampUp, spike, sustained } from './domain/load/load-shape.ts'
export { metrics } from './domain/metric.ts'
export type { Metric } from './domain/metric-kind.ts'
export type { DistributionMetricName, LimitName, MetricName, ScenarioMetricName } from './domain/metric-name.ts'
export { presets } from './domain/presets.ts'
export type { Price, Prices, PriceTier, Rates } from './domain/price.ts'
export type { ProfiledFunction, ProfiledTime, ProfileOptions, SlowRunProfile } from './domain/profile/profile.ts'
export type { ExecutionRecord, Results } from './domain/record.ts'
export type { Outcome } from './domain/sample.ts'
export type {
  About,
  Agent,
  Awaitable,
  Bounds,
  CaseFile,
  CaseSource,
  Checked,
  OutputOf,
  ReportedUsage,
  Run,
  RunSize,
  RunsUntilClear,
  ScenarioOptions,
  Setup,
} from './domain/scenario.ts'
export type { Score, ScoreName } from './domain/score.ts'
export type { ErrorClass } from './domain/span.ts'
export type { Stop } from './domain/stop.ts'
export type { GroupSummary, Summary } from './domain/summary.ts'
export type { StatisticThresholds, Thresholds } from './domain/threshold.ts'
export type { Usage } from './domain/usage.ts'
export type { Verdict, Warning } from './domain/verdict.ts'
export { type MeasureOptions, measure, type ScriptCheck } from './run/measure.ts'
export { type Observation, type ObserveOptions, observe } from './run/observation.ts'
export { csv, json, jsonl } from './run/source/case-file.ts'
export type { StandardSchema } from './run/source/standard-schema.ts'
export { type TraceOptions, trace } from './run/source/trace-file.ts'
export type { BenchAgent, BenchAgentOptions, Check, CheckContext } from './vitest/api.ts'
export { benchAgent } from './vitest/bench-agent.ts'
export { type AgentMeasurement, type MeasureAgentOptions, measureAgent } from './vitest/measure-agent.ts'
export { type BreakingPointFunction, type BreakingPointOptions, breakingPoint } from './vitest/study/breaking-point.ts'
export { type SoakFunction, type SoakOptions, soak } from './vitest/study/soak.ts'
export { type StressAgent, type StressAgentOptions, stressAgent } from './vitest/study/stress.ts'
export { type SweepFunction, type SweepOptions, sweep } from './vitest/study/sweep.ts'
