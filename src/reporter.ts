import { BenchAgentReporter } from './vitest/session/reporter.ts'

export { BenchAgentReporter }
export default BenchAgentReporter
