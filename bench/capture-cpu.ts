import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { CaptureAnswer, CaptureRequest } from './capture-cpu-process.ts'
import { type Figure, median } from './figure.ts'

const names = ['none', 'bench-agent', 'fetch wrapper', 'mswjs interceptors'] as const
type Name = (typeof names)[number]

const kinds = [
  { name: 'capture.cpu_ratio_plain', streamed: false, calls: 600, what: 'a plain call' },
  { name: 'capture.cpu_ratio_stream_100', streamed: true, calls: 200, what: 'a stream of 100 chunks' },
] as const
const warmupRounds = 5
const rounds = 4
// V8 does not optimize the same code alike in every process, which makes more of a difference than the rounds of one do.
const generations = 16

/**
 * What it costs to see a model call and to know its tokens and times, in CPU time beyond that of the call itself. The
 * techniques take turns in short rounds, for machines are shared and noisy.
 */
export async function captureCpuFigures(): Promise<Figure[]> {
  const server = fork(join(import.meta.dirname, 'capture-cpu-server.ts'))
  try {
    const [url]: string[] = await once(server, 'message')
    if (url === undefined) throw new Error('Expected the server to tell its address')
    const figures: Figure[] = []
    for (const kind of kinds) figures.push(await figureOf(kind, url))
    return figures
  } finally {
    server.disconnect()
  }
}

async function figureOf({ name, streamed, calls, what }: (typeof kinds)[number], url: string): Promise<Figure> {
  const least: Record<Name, number>[] = []
  for (let generation = 0; generation < generations; generation++) {
    const children = names.map((one) => ({ one, child: start(one) }))
    const answers: Record<Name, number>[] = []
    for (let round = -warmupRounds; round < rounds; round++) {
      const answer = { none: 0, 'bench-agent': 0, 'fetch wrapper': 0, 'mswjs interceptors': 0 }
      for (const { one, child } of round % 2 === 0 ? children : children.toReversed())
        answer[one] = await ask(child, { url, streamed, calls })
      if (round >= 0) answers.push(answer)
    }
    for (const { child } of children) child.disconnect()
    least.push(leastOf(answers))
  }
  const extraUs = (one: Name) => median(least.map((answer) => (answer[one] - answer.none) / 1_000))
  return {
    name,
    value: extraUs('bench-agent') / Math.min(extraUs('fetch wrapper'), extraUs('mswjs interceptors')),
    unit: 'ratio',
    bound: 1,
    peers: {
      'bench-agent us': extraUs('bench-agent'),
      'fetch wrapper us': extraUs('fetch wrapper'),
      'mswjs interceptors us': extraUs('mswjs interceptors'),
      'the call itself us': median(least.map(({ none }) => none / 1_000)),
    },
    meaning: `CPU time that seeing ${what} adds, parsing included / what the cheaper of two other techniques adds.`,
  }
}

// Whatever else runs on the machine only adds to what a round takes.
function leastOf(answers: readonly Record<Name, number>[]): Record<Name, number> {
  const least = (one: Name) => Math.min(...answers.map((answer) => answer[one]))
  return {
    none: least('none'),
    'bench-agent': least('bench-agent'),
    'fetch wrapper': least('fetch wrapper'),
    'mswjs interceptors': least('mswjs interceptors'),
  }
}

function start(name: Name): ChildProcess {
  return fork(join(import.meta.dirname, 'capture-cpu-process.ts'), [name], { stdio: 'inherit' })
}

async function ask(child: ChildProcess, request: CaptureRequest): Promise<number> {
  const ended = new AbortController()
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`Expected a technique to answer, but its process ended with code ${code}`)
  })
  try {
    child.send(request)
    const [answer]: CaptureAnswer[] = await Promise.race([once(child, 'message', { signal: ended.signal }), died])
    if (answer === undefined) throw new Error('Expected a technique to answer, got an empty message')
    return answer.cpuNs
  } finally {
    ended.abort()
    died.catch(() => undefined)
  }
}

if (process.argv[1] === import.meta.filename) console.log(await captureCpuFigures())
