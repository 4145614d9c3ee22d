import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { DriverAnswer, DriverRequest } from './driver-process.ts'
import { type Figure, median } from './figure.ts'

const names = ['bench-agent', 'p-queue', 'p-limit', 'tinybench', 'hand-written pool'] as const
type DriverName = (typeof names)[number]

const callsPerRound = 40_000
const warmupRounds = 4
const rounds = 12
// V8 does not optimize the same code alike in every process, and the median over rounds of one process would hide it.
const generations = 3
const samplesHeld = 200_000

/**
 * What a call of the agent costs, in CPU time and in memory. Machines are shared and noisy: the drivers take turns in short
 * rounds, and the value is the median of the ratios within a round.
 */
export async function driverFigures(): Promise<Figure[]> {
  return [await cpuRatio(), await bytesPerSample()]
}

async function cpuRatio(): Promise<Figure> {
  const answers: Record<DriverName, number>[] = []
  const whole: number[] = []
  for (let generation = 0; generation < generations; generation++) {
    const children = names.map((name) => ({ name, child: start(name) }))
    for (let round = -warmupRounds; round < rounds; round++) {
      const answer = { 'bench-agent': 0, 'p-queue': 0, 'p-limit': 0, tinybench: 0, 'hand-written pool': 0 }
      for (const { name, child } of round % 2 === 0 ? children : children.toReversed()) {
        const { cpuNs, wholeNs } = await ask(child, { ask: 'cpu', calls: callsPerRound })
        answer[name] = cpuNs ?? Number.NaN
        if (wholeNs !== undefined && round >= 0) whole.push(wholeNs)
      }
      if (round >= 0) answers.push(answer)
    }
    for (const { child } of children) child.disconnect()
  }
  return {
    name: 'driver.cpu_ratio',
    value: median(answers.map((answer) => answer['bench-agent'] / answer['p-queue'])),
    unit: 'ratio',
    bound: 1,
    peers: {
      ...Object.fromEntries(names.map((name) => [`${name} ns`, median(answers.map((answer) => answer[name]))])),
      'bench-agent with summary and verdict ns': median(whole),
    },
    meaning: 'CPU time of one measured run of a no-op agent / of p-queue scheduling the same call, 10 in flight.',
  }
}

async function bytesPerSample(): Promise<Figure> {
  const request: DriverRequest = { ask: 'memory', calls: samplesHeld }
  const { retainedBytes = Number.NaN, columnBytes = Number.NaN } = await askOnce('bench-agent', request)
  return {
    name: 'driver.bytes_per_sample',
    // The columns are what we say we hold; the heap's growth is what is held indeed, the record and all else included.
    value: Math.max(retainedBytes, columnBytes),
    unit: 'bytes',
    bound: 40,
    peers: {
      'columns bytes': columnBytes,
      'growth of the heap bytes': retainedBytes,
      'hand-written pool bytes': (await askOnce('hand-written pool', request)).retainedBytes ?? Number.NaN,
      'tinybench bytes': (await askOnce('tinybench', request)).retainedBytes ?? Number.NaN,
    },
    meaning: `Memory that a sample of a no-op run holds, after ${samplesHeld} runs.`,
  }
}

function start(name: DriverName): ChildProcess {
  return fork(join(import.meta.dirname, 'driver-process.ts'), [name], { stdio: 'inherit' })
}

async function askOnce(name: DriverName, request: DriverRequest): Promise<DriverAnswer> {
  const child = start(name)
  try {
    return await ask(child, request)
  } finally {
    child.disconnect()
  }
}

async function ask(child: ChildProcess, request: DriverRequest): Promise<DriverAnswer> {
  const ended = new AbortController()
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`Expected a driver to answer, but its process ended with code ${code}`)
  })
  try {
    child.send(request)
    const [answer]: DriverAnswer[] = await Promise.race([once(child, 'message', { signal: ended.signal }), died])
    if (answer === undefined) throw new Error('Expected a driver to answer, got an empty message')
    return answer
  } finally {
    ended.abort()
    died.catch(() => undefined)
  }
}
