import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { busyAgent } from '../../fixtures/agents/busy-agent.ts'
import { startModelServer } from '../../fixtures/model-server/server.ts'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import type { CpuProfile } from '../../src/domain/profile/cpu-profile.ts'
import type { ProfiledTime } from '../../src/domain/profile/profile.ts'
import { ExecutionRecord } from '../../src/domain/record.ts'
import type { Recordings } from '../../src/domain/recording.ts'
import type { Agent } from '../../src/domain/scenario.ts'
import { inTurns } from '../../src/run/load/turn.ts'
import { runScenario } from '../../src/run/scenario.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Described, executed, scenarioSetting } from './scenario-setting.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = 'fixtures/agents/busy-agent.ts'

/** Where `name` is written in the source of the agent. */
function placeOf(name: string): string {
  const before = readFileSync(`${root}/${source}`, 'utf8').split(`function ${name}(`)[0] ?? ''
  return `${source}:${before.split('\n').length}`
}

/** Share of the time in which anything ran that `name` took by itself. */
function shareOf(name: string, { functions, durationMs, idleMs }: ProfiledTime): number {
  const selfMs = functions.filter((one) => one.place === placeOf(name)).reduce((sum, one) => sum + one.selfMs, 0)
  return selfMs / (durationMs - idleMs)
}

const rounds = 1_000_000
const long: Agent = () => busyAgent({ rounds: 6 * rounds })
const busy: Agent = () => busyAgent({ rounds })
const here = { profiles: { root } }

/** What comes of `agent` in real time. */
function timed(agent: Agent, described: Described = {}) {
  return runScenario(scenarioSetting(wallClock, agent, { ...here, ...described }))
}

const onlyTime = (profile: { time?: ProfiledTime | undefined } | undefined) => {
  if (profile?.time === undefined) throw new Error(`no time in ${JSON.stringify(profile)}`)
  return profile.time
}

describe('the profile of a slow run', () => {
  // Another process at work beside it takes its time from whichever function it meets.
  test('tells the functions of the agent with the shares of their work and the lines of their source', {
    retry: 2,
  }, async () => {
    const { record } = await timed(long, { options: { runs: 4, profile: { slowest: 3 } } })
    const times = (record.profiles ?? []).map(onlyTime)
    expect(record.profiles?.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok'])
    const wanted = { rankDocuments: 0.7, parseDocuments: 0.2, writeAnswer: 0.1 }
    for (const [name, share] of Object.entries(wanted)) {
      const found = times.reduce((sum, time) => sum + shareOf(name, time) / times.length, 0)
      expect(Math.abs(found - share), `${name}: ${found}`).toBeLessThan(0.1)
    }
    expect(times[0]?.functions[0]).toMatchObject({ name: 'rankDocuments', place: placeOf('rankDocuments') })
  })

  test('tells that a run mostly waits', async () => {
    const agent: Agent = () => busyAgent({ rounds: 20_000, waitMs: 300 })
    const { record } = await timed(agent, { options: { runs: 1, profile: { slowerThanMs: 100 } } })
    const { idleMs, durationMs } = onlyTime(record.profiles?.[0])
    expect(durationMs).toBeGreaterThan(290)
    expect(idleMs / durationMs).toBeGreaterThan(0.8)
  })

  test('covers a run that blocks the event loop', async () => {
    const agent: Agent = () => {
      const untilMs = performance.now() + 100
      while (performance.now() < untilMs);
    }
    const { record } = await timed(agent, { options: { runs: 1, profile: { slowerThanMs: 50 } } })
    const time = onlyTime(record.profiles?.[0])
    // What was found first is where it begins.
    expect(time.durationMs).toBeGreaterThan(80)
    expect(time.idleMs / time.durationMs).toBeLessThan(0.2)
  })

  test('is of no more than twice the time that the run took when it was measured', async () => {
    const agent: Agent = ({ index }) => {
      calls += 1
      return sleep(wallClock, index === 0 && calls === 1 ? 100 : 600)
    }
    let calls = 0
    const { record } = await timed(agent, { options: { runs: 1, profile: { slowest: 1 } } })
    const [profile] = record.profiles ?? []
    expect(profile?.profiledMs).toBeGreaterThan(590)
    expect(onlyTime(profile).durationMs).toBeLessThan(450)
  })

  test('covers the agent alone, without set-up, check and tear-down', async () => {
    const wait = () => new Promise((resolve) => setTimeout(resolve, 200))
    const { record } = await timed(busy, {
      options: { runs: 1, profile: { slowest: 1 } },
      setup: wait,
      check: wait,
      teardown: wait,
    })
    const { durationMs } = onlyTime(record.profiles?.[0])
    expect(durationMs).toBeLessThan((record.profiles?.[0]?.profiledMs ?? 0) + 100)
  })

  test('tells what its model calls and tools took, as the run does', async () => {
    const agent: Agent = ({ usage }) => usage({ model: 'one', inputTokens: 10, outputTokens: 1 })
    const { record } = await timed(agent, {
      options: { runs: 2, profile: { slowest: 1 } },
      prices: { one: { inputUsdPerMillionTokens: 1_000_000, outputUsdPerMillionTokens: 0 } },
    })
    expect(record.profiles).toHaveLength(1)
    // Three runs of $10 each: the one that was made again was paid for.
    expect(record.spentUsd).toBe(30)
    expect(record.summary.metrics.costUsd?.n).toBe(2)
  })

  test('is kept by whoever keeps it, the slowest first', async () => {
    const kept: [CpuProfile, number][] = []
    const keep = async (profile: CpuProfile, rank: number) => {
      kept.push([profile, rank])
      return { file: `profiles/${rank}.cpuprofile` }
    }
    const { record } = await timed(busy, { options: { runs: 3, profile: { slowest: 2 } }, profiles: { root, keep } })
    expect(kept.map(([, rank]) => rank)).toEqual([1, 2])
    expect(record.profiles?.map(({ file }) => file)).toEqual(['profiles/1.cpuprofile', 'profiles/2.cpuprofile'])
    const latencies = record.profiles?.map(({ latencyMs }) => latencyMs) ?? []
    expect(latencies).toEqual(latencies.toSorted((a, b) => b - a))
    const named = kept[0]?.[0].nodes.find(({ callFrame }) => callFrame.functionName === 'rankDocuments')?.callFrame
    expect(`${source}:${(named?.lineNumber ?? 0) + 1}`).toBe(placeOf('rankDocuments'))
  })

  test('is told without its file where that cannot be kept', async () => {
    const keep = () => Promise.reject(new Error('the disk is full'))
    const { record, verdict } = await timed(busy, {
      options: { runs: 2, profile: { slowest: 1 } },
      profiles: { root, keep },
    })
    expect(record.profiles?.[0]).toMatchObject({
      problem: 'Its file was not kept: the disk is full',
      time: { samples: expect.any(Number) },
    })
    expect(record.profiles?.[0]?.file).toBeUndefined()
    expect(verdict.status).toBe('pass')
  })

  test('is taken beside another profiler, which goes on', async () => {
    const session = new Session()
    session.connect()
    onTestFinished(() => session.disconnect())
    session.post('Profiler.enable')
    session.post('Profiler.start')
    const { record } = await timed(long, { options: { runs: 2, profile: { slowest: 1 } } })
    const samples = await new Promise((resolve) =>
      session.post('Profiler.stop', (_error, { profile }) => resolve(profile.samples?.length)),
    )
    expect(shareOf('rankDocuments', onlyTime(record.profiles?.[0]))).toBeGreaterThan(0.3)
    expect(samples).toBeGreaterThan(10)
  })
})

describe('runs that are made again', () => {
  const slowOnes = [10, 500, 20, 400, 30]
  const sleeping =
    (clock: VirtualClock): Agent =>
    ({ index }) =>
      sleep(clock, slowOnes[index] ?? 1)

  test('are in no metric', async () => {
    const plain = await executed(sleeping, { options: { runs: 5 } })
    const profiled = await executed(sleeping, { options: { runs: 5, profile: { slowerThanMs: 100 } } })
    for (const name of ['latencyMs', 'workingMs'] as const)
      expect(profiled.record.summary.metrics[name]).toEqual(plain.record.summary.metrics[name])
    expect(profiled.record.summary.outcomes).toEqual(plain.record.summary.outcomes)
    expect(profiled.samples.length).toBe(5)
    expect(profiled.verdict).toEqual(plain.verdict)
    expect(ExecutionRecord.parse(profiled.record).profiles).toMatchObject([
      { index: 1, latencyMs: 500, profiledMs: 500, outcome: 'ok' },
      { index: 3, latencyMs: 400, profiledMs: 400, outcome: 'ok' },
    ])
  })

  test('have the input and the position of those that were slow', async () => {
    const seen: unknown[] = []
    const { record } = await executed(
      (clock) => (run) => {
        seen.push([run.index, run.input])
        return sleeping(clock)(run)
      },
      { options: { runs: 2, profile: { slowest: 1 } }, cases: [{ input: 'a' }, { input: 'b' }] },
    )
    expect(seen).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'a'],
      [3, 'b'],
      [1, 'b'],
    ])
    expect(record.profiles).toMatchObject([{ index: 1, caseIndex: 1 }])
  })

  test('are none where no run was slow enough', async () => {
    const { record } = await executed(sleeping, { options: { runs: 5, profile: { slowerThanMs: 500 } } })
    expect(record.profiles).toBeUndefined()
  })

  test('are made among as many others as the slow one was', async () => {
    let most = 0
    let atOnce = 0
    const { record } = await executed(
      (clock) => async (run) => {
        atOnce += 1
        most = Math.max(most, atOnce)
        await sleeping(clock)(run)
        atOnce -= 1
      },
      { options: { runs: 5, concurrency: 3, profile: { slowest: 1 } } },
    )
    expect(record.profiles).toMatchObject([{ latencyMs: 500, atOnce: 3 }])
    expect(most).toBe(3)
  })

  test('end at the limit, as any run', async () => {
    const { record } = await executed(sleeping, {
      options: { runs: 5, limits: { latencyMs: 300 }, profile: { slowest: 1 } },
    })
    expect(record.profiles).toMatchObject([{ latencyMs: 300, profiledMs: 300, outcome: 'timeout' }])
  })

  test('are not made once a cap is reached', async () => {
    const agent =
      (clock: VirtualClock): Agent =>
      (run) => {
        run.usage({ model: 'one', inputTokens: 10, outputTokens: 1, costUsd: 10 })
        return sleeping(clock)(run)
      }
    const { record } = await executed(agent, { options: { runs: 2, spendUsd: 30, profile: { slowest: 2 } } })
    expect(record.profiles).toMatchObject([
      { outcome: 'ok' },
      { problem: 'Not made again, for the cap on spending is reached.' },
    ])
    expect(record.spentUsd).toBe(30)
  })

  test('are not made where whoever runs the tests says why not', async () => {
    const { record } = await executed(sleeping, {
      options: { runs: 5, profile: { slowest: 1 } },
      profiles: { refusal: 'Not now.' },
    })
    expect(record.profiles).toEqual([{ index: 1, caseIndex: 0, latencyMs: 500, problem: 'Not now.' }])
  })

  test('are not made while another scenario takes turns with theirs', async () => {
    const setting = scenarioSetting(wallClock, () => undefined, { options: { runs: 2, profile: { slowest: 1 } } })
    const { record } = await inTurns({ runs: 1, next: async () => true }, () => runScenario(setting))
    expect(record.profiles?.[0]?.problem).toContain('takes turns')
  })

  test('are not made after the test was stopped, and stop with it', async () => {
    const controller = new AbortController()
    let calls = 0
    const { record } = await executed(
      (clock) =>
        ({ signal }) =>
          new Promise((resolve, reject) => {
            calls += 1
            if (calls === 3) clock.after(50, () => controller.abort())
            signal.addEventListener('abort', () => reject(signal.reason))
            clock.after(100, () => resolve(undefined))
          }),
      { options: { runs: 2, profile: { slowest: 2 } }, signal: controller.signal },
    )
    expect(calls).toBe(3)
    expect(record.profiles).toMatchObject([
      { problem: 'Not profiled, for the test was stopped while it was made again.' },
      { problem: 'Not made again, for the test was stopped.' },
    ])
  })

  test('are recorded by nobody, and replayed as the slow one was', async () => {
    const server = await startModelServer()
    onTestFinished(() => server.close())
    const agent: Agent = async ({ input, index }) => {
      const messages = [{ role: 'user', content: `What is ${input} + ${index}?` }]
      const body = JSON.stringify({ model: 'gpt-5-mini', messages })
      const headers = { 'content-type': 'application/json', authorization: 'Bearer any' }
      const answer = await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', headers, body })
      return answer.text()
    }
    const options = { runs: 2, profile: { slowest: 1 } }
    const recorded: Recordings[] = []
    const onRecorded = async (recordings: Recordings) => void recorded.push(recordings)
    const live = await timed(agent, { options, record: { secrets: [], onRecorded } })
    expect(live.record.profiles).toMatchObject([{ outcome: 'ok', modelMs: expect.any(Number) }])
    expect(server.log).toHaveLength(3)
    const [recordings] = recorded
    expect([...(recordings?.cases.values() ?? [])].map((runs) => runs.length)).toEqual([2])
    const replay = { recordings, pace: 'instant', secrets: [], command: '', notJudged: [] } as const
    const replayed = await timed(agent, { options, mode: 'replay', replay })
    expect(replayed.record.profiles).toMatchObject([{ outcome: 'ok', modelMs: expect.any(Number) }])
    expect(server.log).toHaveLength(3)
  })

  test('tell of a hook that fails only then', async () => {
    let setups = 0
    const { record, mistake } = await executed(sleeping, {
      options: { runs: 2, profile: { slowest: 1 } },
      setup: () => {
        setups += 1
        if (setups === 3) throw new Error('the database is gone')
      },
    })
    expect(mistake).toBeUndefined()
    expect(record.profiles?.[0]?.problem).toContain('the database is gone')
  })
})

test.each([
  { options: {}, profiles: 0, loaded: false },
  { options: { profile: { slowerThanMs: 1_000 } }, profiles: 0, loaded: false },
  { options: { profile: { slowerThanMs: 10 } }, profiles: 2, loaded: true },
])('the profiler is loaded only where a run is slow: $options', ({ options, profiles, loaded }) => {
  const script = fileURLToPath(new URL('./profiling-script.ts', import.meta.url))
  const told = execFileSync(process.execPath, [script, JSON.stringify(options)], { encoding: 'utf8' })
  expect(JSON.parse(told)).toEqual({ profiles, loaded })
})
