import { goals } from '../fixtures/model-server/goals.ts'
import { startModelServer } from '../fixtures/model-server/server.ts'
import { wallClock } from '../src/domain/clock.ts'
import { planScenario } from '../src/domain/plan.ts'
import type { Recordings } from '../src/domain/recording.ts'
import type { Agent } from '../src/domain/scenario.ts'
import { readEnvironment } from '../src/measure/environment.ts'
import type { ScenarioResult } from '../src/run/conclude.ts'
import { runScenario } from '../src/run/scenario.ts'
import type { ScenarioSetting } from '../src/run/setting.ts'
import { type Figure, median } from './figure.ts'

const rounds = 15
const callsPerRound = 200
const suiteGoals = 12
// A quick provider: others take longer, and make a replay gain more.
const timing = { ttftMs: 150, tokenGapMs: 8 }

/** What a replayed call takes, and how much sooner a suite is done that calls nobody. */
export async function replayFigures(): Promise<Figure[]> {
  return [await callFigure(), await suiteFigure()]
}

async function callFigure(): Promise<Figure> {
  const server = await startModelServer()
  const url = `${server.baseUrl}/chat/completions`
  const body = JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'What is 5 + 3?' }] })
  const headers = { 'content-type': 'application/json' }
  let usPerCall: number[] = []
  const agent: Agent = async () => {
    const startedMs = wallClock.nowMs()
    for (let call = 0; call < callsPerRound; call++) await (await fetch(url, { method: 'POST', headers, body })).json()
    usPerCall.push(((wallClock.nowMs() - startedMs) * 1_000) / callsPerRound)
  }
  const cases = [{ name: 'calls', input: undefined }]
  const { recordings } = await recorded(agent, cases, rounds)
  const live = median(usPerCall)
  await server.close()
  usPerCall = []
  await replayed(agent, cases, rounds, recordings)
  return {
    name: 'replay.us_per_call',
    value: median(usPerCall),
    unit: 'us',
    bound: 500,
    peers: { 'the same call to a server on this machine us': live },
    meaning: 'What a replayed call by `fetch` takes, from its request to the end of its answer.',
  }
}

async function suiteFigure(): Promise<Figure> {
  const server = await startModelServer({ timing })
  process.env.OPENAI_BASE_URL = server.baseUrl
  process.env.OPENAI_API_KEY = 'any'
  const cases = goals.slice(0, suiteGoals).map(({ input }) => ({ name: input, input }))
  // Its client reads where to go when it is made.
  const { aiSdkAgent } = await import('../fixtures/agents/ai-sdk-agent.ts')
  const agent = aiSdkAgent as Agent
  const { result, recordings } = await recorded(agent, cases, 1)
  await server.close()
  const again = await replayed(agent, cases, 1, recordings)
  requireSame(result, again)
  const [liveMs, replayedMs] = [result, again].map(({ record }) => record.resources.durationMs)
  return {
    name: 'replay.suite_speedup',
    value: (liveMs ?? 0) / (replayedMs ?? 1),
    unit: 'times',
    bound: 20,
    better: 'higher',
    peers: { 'live ms': liveMs ?? 0, 'replayed ms': replayedMs ?? 0 },
    meaning: `How much sooner ${suiteGoals} goals with tools are reached whose calls are replayed at once.`,
  }
}

function requireSame(live: ScenarioResult, again: ScenarioResult): void {
  for (const name of ['inputTokens', 'outputTokens', 'steps', 'toolCalls'] as const) {
    const [was, is] = [live, again].map(({ record }) => record.summary.metrics[name]?.mean)
    if (was === undefined || was !== is) throw new Error(`expected ${name} to be ${was}, got ${is}`)
  }
}

type Cases = { name: string; input: unknown }[]

async function recorded(
  agent: Agent,
  cases: Cases,
  runs: number,
): Promise<{ result: ScenarioResult; recordings: Recordings }> {
  let recordings: Recordings | undefined
  const onRecorded = async (made: Recordings) => {
    recordings = made
  }
  const setting = settingOf(agent, cases, runs)
  const result = await runScenario({ ...setting, mode: 'live', record: { secrets: [], onRecorded } })
  if (recordings === undefined) throw new Error(`nothing was recorded: ${JSON.stringify(result.verdict.checks)}`)
  return { result, recordings }
}

async function replayed(agent: Agent, cases: Cases, runs: number, recordings: Recordings): Promise<ScenarioResult> {
  const replay = { recordings, pace: 'instant', secrets: [], command: '', notJudged: [] } as const
  const result = await runScenario({ ...settingOf(agent, cases, runs), mode: 'replay', replay })
  const failed = result.verdict.checks.find(({ code }) => code === 'needsRecording')
  if (failed !== undefined) throw new Error(failed.message)
  return result
}

function settingOf(agent: Agent, cases: Cases, runs: number): Omit<ScenarioSetting, 'mode'> {
  return {
    plan: planScenario('bench', { runs, warmup: 1 }, cases),
    agent,
    about: {},
    identity: { project: '', file: '', suite: [], name: 'bench', id: 'bench' },
    execution: crypto.randomUUID(),
    attempt: 0,
    prices: {},
    environment: readEnvironment(),
    acceptWorse: false,
    mayWrite: true,
    keepsBaseline: false,
    ledger: { spentBeforeUsd: 0 },
    clock: wallClock,
  }
}
