import { BenchAgentReporter } from './vitest/reporter.ts'

export { BenchAgentReporter }
export default BenchAgentReporter
