import { describe, expect, test } from 'vitest'
import { distributionOf } from '../../src/domain/distribution.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import type { TokenPart, TokenSummary } from '../../src/domain/token-summary.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { describeAgents, describeWaste } from '../../src/report/token-line.ts'
import { recordOf, sessionOf } from './sessions.ts'

function of(...values: number[]): NonNullable<ReturnType<typeof distributionOf>> {
  const distribution = distributionOf(values)
  if (distribution === undefined) throw new Error('expected values')
  return distribution
}

const part = (name: string, changes: Partial<TokenPart> = {}): TokenPart => ({
  name,
  runs: 2,
  modelCalls: 6,
  mean: {
    inputTokens: 9_000,
    outputTokens: 1_000,
    resentTokens: 3_500,
    failedTokens: 250,
    repeatedTokens: 0,
    wastedTokens: 3_750,
    costUsd: 0.02,
  },
  cacheHitRatio: 0.125,
  tokenEfficiencyRatio: 0.625,
  ...changes,
})
const unknownPart = (name: string): TokenPart => ({ name, runs: 2, modelCalls: 2, mean: {} })
const agent = (name: string, ...values: number[]) => ({
  name,
  count: values.length,
  failures: 0,
  durationMs: of(...values),
  shareRatio: values.reduce((sum, value) => sum + value, 0) / 400,
})

function recordWith(tokens: Partial<TokenSummary> | undefined, changes: Partial<ExecutionRecord['summary']> = {}) {
  const record = recordOf('passing')
  const metrics = { latencyMs: of(100, 300), coordinationMs: of(20, 40) }
  const summary = tokens && { all: part('all'), agents: [], phases: [], steps: [], ...tokens }
  return { ...record, summary: { ...record.summary, metrics, phases: [], tools: [], tokens: summary, ...changes } }
}

const section = (record: ExecutionRecord, title: string, lines: number) => {
  const report = renderMarkdown(sessionOf([record])).split('\n')
  const from = report.findIndex((line) => line.includes(title))
  return from === -1 ? undefined : report.slice(from + 2, from + 2 + lines)
}

describe('waste', () => {
  test('is told with its kinds, the largest first', () => {
    expect(describeWaste(recordWith({}))).toBe(
      '37.5% wasted: 3,500 a run sent again and not cached, 250 in calls that failed; 12.5% of the input came from a cache',
    )
  })

  test('is not worth a line where it is small, unknown, or nobody told of tokens', () => {
    expect(describeWaste(recordWith({ all: part('all', { tokenEfficiencyRatio: 0.95 }) }))).toBeUndefined()
    expect(describeWaste(recordWith({ all: unknownPart('all') }))).toBeUndefined()
    expect(describeWaste(recordWith(undefined))).toBeUndefined()
  })

  test('is a table in the report, by part, without the kinds that there was none of', () => {
    const record = recordWith({ agents: [part('clerk')], steps: [part('step 1'), unknownPart('step 2')] })
    expect(section(record, 'Where the tokens go', 6)).toEqual([
      '| Scenario | Part | calls | input | cached | output | wasted | sent again | failed | useful | cost |',
      '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
      expect.stringMatching(
        /\| all \| 3 \| 9,000 \| 12\.5% \| 1,000 \| 3,750 \| 3,500 \| 250 \| 62\.5% \| \$0\.02 \|$/,
      ),
      expect.stringContaining('| agent clerk | 3 |'),
      expect.stringContaining('| step 1 | 3 |'),
      expect.stringMatching(/\| step 2 \| 1 \|( – \|){8}$/),
    ])
    expect(section(recordWith(undefined), 'Where the tokens go', 1)).toBeUndefined()
    const plain = part('all', { mean: { inputTokens: 9, outputTokens: 1, cachedTokens: 0, wastedTokens: 0 } })
    expect(section(recordWith({ all: plain, steps: [plain] }), 'Where the tokens go', 1)).toBeUndefined()
  })

  test('is told in the terminal, in a line', () => {
    const printed = renderTerminal(sessionOf([recordWith({})]), { columns: 200, colors: false })
    expect(printed).toContain('Tokens of refund: 37.5% wasted:')
    expect(renderTerminal(sessionOf([recordWith(undefined)]), { columns: 200, colors: false })).not.toContain('wasted')
  })
})

describe('agents', () => {
  const agents = [agent('clerk', 40, 60), agent('accountant', 50, 150)]
  const handoffs = [{ ...agent('accountant', 1, 1), failures: 1 }]
  const team = recordWith({ agents: [part('accountant'), unknownPart('clerk')] }, { agents, handoffs })

  test('are told with their time, tokens and cost, the longest first', () => {
    expect(describeAgents(team)).toBe('accountant 100 ms, 10,000 tokens, $0.02; clerk 50 ms; no agent at work 30 ms')
  })

  test('are not told where there is one', () => {
    expect(describeAgents(recordWith({}, { agents: agents.slice(1) }))).toBeUndefined()
    expect(section(recordWith({}, { agents: agents.slice(1) }), '### Agents', 1)).toBeUndefined()
  })

  test('are a table in the report, with the hand-offs and the time in which none is at work', () => {
    expect(section(team, '### Agents', 6)).toEqual([
      '| Scenario | Agent | times | share | p50 | p95 | calls | tokens | cost | failed |',
      '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|',
      expect.stringMatching(/\| clerk \| 2 \| 25\.0% \| 50 ms \| 59 ms \| 1 \| – \| – \| 0 \|$/),
      expect.stringMatching(/\| accountant \| 2 \| 50\.0% \| 100 ms \| 145 ms \| 3 \| 10,000 \| \$0\.02 \| 0 \|$/),
      expect.stringMatching(/\| → accountant \| 2 \| 0\.5% \| 1 ms \| 1 ms \| {2}\| {2}\| {2}\| 1 \|$/),
      expect.stringMatching(/\| \(no agent at work\) \| {2}\| 15\.0% \| 30 ms \| 39 ms \| {2}\| {2}\| {2}\| {2}\|$/),
    ])
  })
})
