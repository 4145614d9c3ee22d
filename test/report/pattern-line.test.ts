import { expect, test } from 'vitest'
import type { Pattern } from '../../src/domain/pattern.ts'
import { describePattern, patternRemedy } from '../../src/report/pattern-line.ts'

const pattern = (kind: Pattern['kind'], more: Partial<Pattern> = {}): Pattern => ({
  kind,
  metric: 'workingMs',
  before: 842,
  after: 1019,
  executions: 24,
  since: '2026-11-03T09:00:00.000Z',
  ...more,
})

test.for([
  [
    pattern('creep', { along: 'outputTokens' }),
    'working time crept from 842 ms to 1.02 s (+21.0%) over 24 executions since 2026-11-03, in steps too small to fail; it moves with output tokens.',
  ],
  [
    pattern('creep', { metric: 'inputTokens', since: undefined }),
    'input tokens crept from 842 tokens to 1,019 tokens (+21.0%) since its line was committed, in steps too small to fail.',
  ],
  [
    pattern('step', { count: 6 }),
    'working time went from 842 ms to 1.02 s (+21.0%) 6 executions ago, on 2026-11-03, too little to fail then.',
  ],
  [
    pattern('levels', { count: 3 }),
    'working time went from 842 ms to 1.02 s (+21.0%) since 2026-11-03, accepted in 3 levels, each worse than the one before.',
  ],
  [
    pattern('spread', { before: 0.11, after: 0.22 }),
    'runs vary 2.0 times as much in working time since 2026-11-03 as before (spread 11.0% → 22.0%), so that less can be seen.',
  ],
] as const)('a pattern is told in one sentence: $0.kind', ([one, words]) => {
  expect(describePattern(one)).toBe(words)
})

test('what to do about a level that moved is to look, or to accept it', () => {
  for (const kind of ['creep', 'step'] as const) expect(patternRemedy(pattern(kind))).toContain('`-u`')
  for (const kind of ['levels', 'spread'] as const) expect(patternRemedy(pattern(kind))).not.toContain('-u')
})
