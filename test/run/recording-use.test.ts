import { expect, test } from 'vitest'
import { requestKey } from '../../src/capture/cassette/request-key.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { RecordedCall, Recordings } from '../../src/domain/recording.ts'
import { withoutExpired } from '../../src/domain/recording-age.ts'
import type { Run } from '../../src/domain/scenario.ts'
import type { FoundIn } from '../../src/run/recorded-calls.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { scenarioSetting } from './scenario-setting.ts'

// Nobody is there.
const url = 'https://model.invalid/v1/chat/completions'
const path = '/v1/chat/completions'
const dayMs = 86_400_000
const nowMs = Date.parse('2026-03-31T00:00:00Z')

const bodyOf = (content: unknown) => ({ model: 'gpt-5-mini', messages: [{ role: 'user', content }] })

function recordedAnswer(content: string): RecordedCall {
  const body = bodyOf(content)
  const usage = { prompt_tokens: 5, completion_tokens: 2 }
  const answer = { model: 'gpt-5-mini', choices: [{ message: { role: 'assistant', content: 'yes' } }], usage }
  return {
    request: { key: requestKey('POST', path, body), method: 'POST', path, body },
    response: {
      status: 200,
      headers: { 'content-type': 'application/json' },
      headersAtMs: 400,
      chunks: [{ atMs: 500, bytes: Buffer.from(JSON.stringify(answer)) }],
      endedAtMs: 500,
    },
  }
}

const recorded: Recordings = {
  recordedAt: '2026-03-01T00:00:00Z',
  cases: new Map([
    ['one', [[recordedAnswer('one')]]],
    ['two', [[{ ...recordedAnswer('two'), recordedAt: '2026-03-30T00:00:00Z' }]]],
  ]),
}

async function agent({ input }: Run): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(bodyOf(input)) })
  if (!response.ok) throw new Error(`the model answered ${response.status}`)
  return JSON.stringify(await response.json())
}

function replay(found: Partial<FoundIn>, recordings: Recordings | undefined = recorded) {
  const replaying = { recordings, pace: 'instant', secrets: [], command: 'record it', notJudged: [] } as const
  const cases = [
    { name: 'one', input: 'one' },
    { name: 'two', input: 'two' },
  ]
  return runScenario(
    scenarioSetting(wallClock, agent, {
      cases,
      mode: 'replay',
      options: { runs: 2, warmup: 1 },
      replay: { ...replaying, found: { missedIn: [], expired: [], warnings: [], recorded, ...found } },
    }),
  )
}

test('the record tells where calls were answered from, and a hit is no fast model call', async () => {
  const { record, verdict } = await replay({ level: 'redis', missedIn: ['memory', 'file'] })
  expect(record.recordings).toEqual({
    from: 'redis',
    missedIn: ['memory', 'file'],
    answered: 5,
    missing: 0,
    expired: 0,
    recorded: 0,
  })
  expect(verdict.status).toBe('pass')
  expect(record.summary.metrics.totalTokens?.mean).toBe(7)
  for (const name of ['modelTtftMs', 'interTokenLatencyMs', 'outputTokensPerSecond', 'ttftMs'] as const)
    expect(record.summary.metrics[name], name).toBeUndefined()
})

test('what there is to know of a level is a warning, and fails nothing', async () => {
  const warning = { code: 'sharedRecordings', message: 'The Redis could not be asked', remedy: 'Start it.' } as const
  const { verdict } = await replay({ level: 'file', warnings: [warning] })
  expect(verdict.status).toBe('pass')
  expect(verdict.warnings).toContainEqual(warning)
})

test('what is too old needs recording, with its age, its price and nothing about a difference', async () => {
  const aged = withoutExpired(recorded, { generating: 7 * dayMs }, nowMs, () => 'generating')
  const { record, verdict } = await replay({ level: 'file', expired: aged.expired }, aged.recordings)
  expect(record.recordings).toMatchObject({ from: 'file', answered: 2, missing: 3, expired: 1 })
  expect(verdict.checks).toHaveLength(1)
  const [check] = verdict.checks
  expect(check?.message).toBe(
    'Needs recording: 1 of 2 cases asks a model what was recorded too long ago ("one"). 3 calls were recorded 30 days ago, and `replay.maxAgeMs` lets generating calls be 7 days old.',
  )
  expect(check?.remedy).toContain('Record it again: `record it` (5 runs, ')
  expect(check?.remedy).toContain('`replay: { maxAgeMs }`')
  // Of what is there, though it is too old.
  expect(check?.remedy).not.toContain('$0 ')
})

test('what is recorded is counted, and what its keeping lost is told', async () => {
  const warning = {
    code: 'sharedRecordings',
    message: 'They are in their file all the same',
    remedy: 'Start it.',
  } as const
  const kept: Recordings[] = []
  const { record, verdict } = await runScenario(
    scenarioSetting(wallClock, () => 'no model', {
      options: { runs: 2 },
      record: { secrets: [], onRecorded: async (made) => void kept.push(made), warnings: () => [warning] },
    }),
  )
  expect(kept).toHaveLength(1)
  expect(record.recordings).toMatchObject({ missedIn: [], answered: 0, missing: 0, recorded: 0 })
  expect(verdict.warnings).toContainEqual(warning)
})
