import { type BenchAgentMatchers, matchers } from './vitest/matchers.ts'
import { requireVitest } from './vitest/runner.ts'

requireVitest('bench-agent/matchers').expect.extend(matchers)

// The only interfaces of assertions that have the same shape in Vitest 4 and 5.
declare global {
  namespace Chai {
    interface Assertion extends BenchAgentMatchers<void> {}
  }
}

declare module 'vitest' {
  interface AsymmetricMatchersContaining extends BenchAgentMatchers<unknown> {}
}

export type { BenchAgentMatchers }
