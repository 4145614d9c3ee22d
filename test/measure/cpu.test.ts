import { expect, test } from 'vitest'
import { wallClock } from '../../src/domain/clock.ts'
import { readCpuMs } from '../../src/measure/cpu.ts'

test('CPU time grows by what is computed', () => {
  const before = readCpuMs()
  const startedMs = wallClock.nowMs()
  while (readCpuMs() - before < 20);
  // At most as many milliseconds as went by on all the threads of the process.
  expect(wallClock.nowMs() - startedMs).toBeGreaterThan(2)
})
