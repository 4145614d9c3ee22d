import { attribute, type CallSink } from '../src/capture/attribution.ts'
import { captureFaults } from '../src/capture/guard.ts'
import { observe } from '../src/capture/observe.ts'
import { readCall } from '../src/capture/read/read-call.ts'
import { wallClock } from '../src/domain/clock.ts'
import { fetchWrapper, mswInterceptors, type Technique, type Told } from './capture-cpu-peers.ts'

// One technique in a process of its own: the agent asks and reads, the technique tells what it saw.

/** What a technique is asked for. */
export interface CaptureRequest {
  url: string
  streamed: boolean
  calls: number
}

/** CPU time of a call, from asking until the technique has told, in nanoseconds. */
export interface CaptureAnswer {
  cpuNs: number
}

const expected = {
  model: 'gpt-5-2025-08-07',
  inputTokens: 1200,
  outputTokens: 100,
  cachedTokens: 1024,
  toolCalls: 0,
  status: 200,
}

const told: Told[] = []
const tell = (one: Told) => void told.push(one)
const techniques: Record<string, () => Technique> = {
  none: () => ({ stop: () => undefined }),
  'bench-agent': () => ({ stop: observe() }),
  'fetch wrapper': () => fetchWrapper(tell),
  'mswjs interceptors': () => mswInterceptors(tell),
}

const [, , name = 'none'] = process.argv
techniques[name]?.()

async function ask({ url, streamed }: CaptureRequest): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5', stream: streamed, messages: [{ role: 'user', content: 'Say something.' }] }),
  })
  if (response.body === null) throw new Error('Expected a body, got none')
  for await (const _ of response.body);
}

/** Whatever the technique, the call is made in the scope of a run, and has to be told as its. */
async function askAsRun(request: CaptureRequest): Promise<void> {
  const run: CallSink = { calls: [] }
  const originMs = wallClock.nowMs()
  await attribute(run, () => ask(request))
  for (const wire of run.calls) {
    const call = await readCall(wire, originMs)
    const since = (atMs: number | undefined) => (atMs === undefined ? undefined : atMs - call.startedAtMs)
    const { inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = call.usage ?? {}
    tell({
      run,
      model: call.model ?? '',
      inputTokens,
      outputTokens,
      cachedTokens,
      toolCalls: call.toolCalls ?? Number.NaN,
      durationMs: (call.endedAtMs ?? 0) - call.startedAtMs,
      status: call.status ?? 0,
      headersMs: since(call.headersAtMs) ?? Number.NaN,
      firstContentMs: since(call.firstContentAtMs),
      lastContentMs: since(call.lastContentAtMs),
    })
  }
}

async function measure(request: CaptureRequest): Promise<CaptureAnswer> {
  told.length = 0
  const before = process.cpuUsage()
  for (let call = 0; call < request.calls; call++) await askAsRun(request)
  // A copy of a response may be read a little later than the response.
  while (name !== 'none' && told.length < request.calls) await new Promise((resolve) => setImmediate(resolve))
  const { user, system } = process.cpuUsage(before)
  if (name !== 'none') requireTold(request)
  return { cpuNs: ((user + system) * 1_000) / request.calls }
}

function requireTold({ calls, streamed }: CaptureRequest): void {
  if (captureFaults().count > 0) throw captureFaults().latest
  const right = told.filter(
    (one) =>
      Object.entries(expected).every(([key, value]) => one[key as keyof Told] === value) &&
      (streamed ? isInOrder(one) : one.lastContentMs === undefined),
  )
  const runs = new Set(right.map(({ run }) => run).filter((run) => run !== undefined))
  if (runs.size !== calls) throw new Error(`Expected ${name} to tell of ${calls} calls, got ${runs.size} right`)
}

function isInOrder({ firstContentMs = Number.NaN, lastContentMs = Number.NaN, durationMs }: Told): boolean {
  return firstContentMs > 0 && firstContentMs <= lastContentMs && lastContentMs <= durationMs
}

process.on('message', async (request: CaptureRequest) => process.send?.(await measure(request)))
process.once('disconnect', () => process.exit())
