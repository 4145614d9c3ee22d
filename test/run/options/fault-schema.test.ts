import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/domain/fault.ts'
import { FaultsSchema } from '../../../src/run/options/fault-schema.ts'
import { mistakesIn } from '../../../src/run/options/validation.ts'

const mistakes = (faults: unknown) =>
  mistakesIn(FaultsSchema, faults, 'faults').map(({ path, expected, got }) => `${path}: ${expected}, got ${got}`)

describe('faults', () => {
  const valid: Fault[] = [
    { kind: 'rateLimit', rate: 0.1 },
    { kind: 'rateLimit', retryAfterMs: 0, rate: 0.7 },
    { kind: 'serverError', status: 529, rate: 0.2, provider: 'anthropic' },
    { kind: 'connectionRefused', schedule: [{ fromMs: 0, toMs: 10 }] },
    { kind: 'connectionReset', calls: [0] },
    { kind: 'slowFirstToken', delayMs: 2_000, burst: { everyCalls: 10, calls: 10 } },
    { kind: 'stalledStream', calls: [1] },
    { kind: 'stalledStream', calls: [1], afterChunks: 0, stallMs: 5 },
    { kind: 'cutStream', calls: [1], afterChunks: 4 },
    { kind: 'malformedChunk', calls: [1] },
    { kind: 'truncatedJson', calls: [1] },
    { kind: 'timeout', calls: [1] },
  ]
  test('of all kinds and timings pass', () => {
    expect(mistakes(valid)).toEqual([])
  })

  test.for<[string, unknown, RegExp]>([
    ['an unknown kind', { kind: 'rate-limit', rate: 1 }, /faults\[0].*one of rateLimit, serverError/],
    ['no timing', { kind: 'timeout' }, /exactly one of rate, burst, schedule, calls/],
    ['two timings', { kind: 'timeout', rate: 1, calls: [0] }, /exactly one of rate, burst, schedule, calls/],
    ['a percentage', { kind: 'timeout', rate: 10 }, /faults\[0]\.rate.*1, got 10/],
    ['a 404', { kind: 'serverError', status: 404, rate: 1 }, /faults\[0]\.status/],
    ['no status', { kind: 'serverError', rate: 1 }, /faults\[0]\.status/],
    ['no delay', { kind: 'slowFirstToken', rate: 1 }, /faults\[0]\.delayMs/],
    ['a delay that no timer bears', { kind: 'slowFirstToken', delayMs: 1e10, rate: 1 }, /faults\[0]\.delayMs/],
    ['an option of another kind', { kind: 'timeout', delayMs: 4, rate: 1 }, /faults\[0]\.delayMs: an option/],
    ['a burst of more than there are', { kind: 'timeout', burst: { everyCalls: 2, calls: 3 } }, /faults\[0]\.burst/],
    ['a time that ends first', { kind: 'timeout', schedule: [{ fromMs: 2, toMs: 2 }] }, /faults\[0]\.schedule\[0]/],
    ['no calls', { kind: 'timeout', calls: [] }, /faults\[0]\.calls/],
    ['half a call', { kind: 'timeout', calls: [0.5] }, /faults\[0]\.calls\[0]/],
  ])('%s is a mistake, and one alone', ([, fault, message]) => {
    expect(mistakes([fault])).toEqual([expect.stringMatching(message)])
  })

  test('rates that come to more than 1 are one', () => {
    const more = { kind: 'timeout', rate: 0.6 }
    expect(mistakes([more, { ...more, provider: 'openai' }])).toEqual([expect.stringContaining('come to 1 at most')])
    expect(
      mistakes([
        { ...more, provider: 'google' },
        { ...more, provider: 'openai' },
      ]),
    ).toEqual([])
  })
})
