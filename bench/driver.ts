import type { ChildProcess } from 'node:child_process'
import { askChild, startChild } from './child.ts'
import type { DriverAnswer, DriverRequest } from './driver-process.ts'
import { type Figure, median } from './figure.ts'

const closedNames = ['bench-agent', 'p-queue', 'p-limit', 'tinybench', 'hand-written pool'] as const
const openNames = ['bench-agent open', 'bench-agent', 'p-queue', 'p-limit', 'bottleneck'] as const
type DriverName = (typeof closedNames)[number] | (typeof openNames)[number]

const callsPerRound = 40_000
// Of what takes a hundred times as long.
const slowCallsPerRound = 1_000
const warmupRounds = 4
const rounds = 12
// V8 does not optimize the same code alike in every process, and the median over rounds of one process would hide it.
const generations = 3
const samplesHeld = 200_000

/** CPU time of a call, in nanoseconds. */
interface Costs {
  cpuNs: number
  /** With what comes after the last run; NaN where nothing does. */
  wholeNs: number
}

/**
 * What a call of the agent costs, in CPU time and in memory. Machines are shared and noisy: the drivers take turns in short
 * rounds, and the value is the median of the ratios within a round.
 */
export async function driverFigures(): Promise<Figure[]> {
  return [await cpuRatio(), await openCpuRatio(), await bytesPerSample()]
}

async function cpuRatio(): Promise<Figure> {
  const measured = await inTurns(closedNames)
  return {
    name: 'driver.cpu_ratio',
    value: median(measured.map((round) => round['bench-agent'].cpuNs / round['p-queue'].cpuNs)),
    unit: 'ratio',
    bound: 1,
    peers: {
      ...peersOf(closedNames, measured),
      'bench-agent with summary and verdict ns': median(measured.map((round) => round['bench-agent'].wholeNs)),
    },
    meaning: 'CPU time of one measured run of a no-op agent / of p-queue scheduling the same call, 10 in flight.',
  }
}

async function openCpuRatio(): Promise<Figure> {
  const measured = await inTurns(openNames)
  return {
    name: 'driver.open_cpu_ratio',
    value: median(measured.map((round) => round['bench-agent open'].cpuNs / round['bench-agent'].cpuNs)),
    unit: 'ratio',
    bound: 1.2,
    peers: {
      ...peersOf(openNames, measured),
      'with summary and verdict ratio': median(
        measured.map((round) => round['bench-agent open'].wholeNs / round['bench-agent'].wholeNs),
      ),
    },
    meaning:
      'CPU time of one run of a no-op agent under an open load that is behind / under a closed one, 10 in flight.',
  }
}

/** What each driver took for a call, in each round. */
async function inTurns<Name extends DriverName>(names: readonly Name[]): Promise<Record<Name, Costs>[]> {
  const measured: Record<Name, Costs>[] = []
  for (let generation = 0; generation < generations; generation++) {
    const children = names.map((name) => ({ name, child: start(name) }))
    for (let round = -warmupRounds; round < rounds; round++) {
      const costs: [Name, Costs][] = []
      for (const { name, child } of round % 2 === 0 ? children : children.toReversed()) {
        const calls = name === 'bottleneck' ? slowCallsPerRound : callsPerRound
        const request: DriverRequest = { ask: 'cpu', calls }
        const { cpuNs = Number.NaN, wholeNs = Number.NaN } = await askChild<DriverAnswer>(child, request)
        costs.push([name, { cpuNs, wholeNs }])
      }
      if (round >= 0) measured.push(Object.fromEntries(costs) as Record<Name, Costs>)
    }
    for (const { child } of children) child.disconnect()
  }
  return measured
}

function peersOf<Name extends DriverName>(
  names: readonly Name[],
  measured: readonly Record<Name, Costs>[],
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [`${name} ns`, median(measured.map((round) => round[name].cpuNs))]))
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
  return startChild('driver-process.ts', name)
}

async function askOnce(name: DriverName, request: DriverRequest): Promise<DriverAnswer> {
  const child = start(name)
  try {
    return await askChild<DriverAnswer>(child, request)
  } finally {
    child.disconnect()
  }
}
