import { FetchInterceptor } from '@mswjs/interceptors/fetch'
import { type CallSink, currentSink } from '../src/capture/attribution.ts'

/** What every technique has to tell of a call, when its answer has been read. */
export interface Told {
  /** The run that made it. */
  run: CallSink | undefined
  model: string
  inputTokens: number
  outputTokens: number
  cachedTokens: number
  toolCalls: number
  durationMs: number
  status: number
  headersMs: number
  /** Absent for a plain call. */
  firstContentMs?: number | undefined
  lastContentMs?: number | undefined
}

/** A way to see model calls; `stop` undoes it. */
export interface Technique {
  stop: () => void
}

type Tell = (told: Told) => void

/** The wrapper around `fetch` that one would write by hand: it passes the body on, part by part, and takes notes. */
export function fetchWrapper(tell: Tell): Technique {
  const original = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url
    if (!url.endsWith('/chat/completions')) return original(input, init)
    const run = currentSink()
    const startedMs = performance.now()
    const response = await original(input, init)
    if (response.body === null) return response
    const notes = notesFrom(
      { run, status: response.status, headersMs: performance.now() - startedMs },
      startedMs,
      isStream(response),
    )
    const reader = response.body.getReader()
    const watched = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await reader.read()
          if (done) {
            controller.close()
            tell(notes.read())
          } else {
            notes.add(value)
            controller.enqueue(value)
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    )
    return new Response(watched, response)
  }
  return {
    stop: () => {
      globalThis.fetch = original
    },
  }
}

/** The interceptor of `fetch` that mocking libraries are built on: it hands out a copy of each response. */
export function mswInterceptors(tell: Tell): Technique {
  const interceptor = new FetchInterceptor()
  const started = new Map<string, { run: CallSink | undefined; startedMs: number }>()
  interceptor.on('request', ({ requestId }) => {
    started.set(requestId, { run: currentSink(), startedMs: performance.now() })
  })
  interceptor.on('response', async ({ response, requestId, request }) => {
    const { run, startedMs = 0 } = started.get(requestId) ?? {}
    started.delete(requestId)
    if (!request.url.endsWith('/chat/completions') || response.body === null) return
    const notes = notesFrom(
      { run, status: response.status, headersMs: performance.now() - startedMs },
      startedMs,
      isStream(response),
    )
    for await (const chunk of response.body) notes.add(chunk)
    tell(notes.read())
  })
  interceptor.apply()
  return { stop: () => interceptor.dispose() }
}

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.includes('text/event-stream') ?? false
}

type Seen = Pick<Told, 'run' | 'status' | 'headersMs'>

interface Notes {
  add: (chunk: Uint8Array) => void
  read: () => Told
}

// As little as will do for these two kinds of answers of one provider.
function notesFrom(seen: Seen, startedMs: number, streamed: boolean): Notes {
  const chunks: Uint8Array[] = []
  const atMs: number[] = []
  return {
    add: (chunk) => {
      chunks.push(chunk)
      atMs.push(performance.now() - startedMs)
    },
    read: () => ({
      ...seen,
      ...(streamed ? readStream(chunks, atMs) : readWhole(chunks, performance.now() - startedMs)),
    }),
  }
}

function readWhole(chunks: readonly Uint8Array[], durationMs: number): Omit<Told, keyof Seen> {
  const body = JSON.parse(Buffer.concat(chunks).toString())
  const [choice] = body.choices
  return {
    ...usageOf(body.usage),
    model: body.model,
    toolCalls: choice.message.tool_calls?.length ?? 0,
    durationMs,
  }
}

function readStream(chunks: readonly Uint8Array[], atMs: readonly number[]): Omit<Told, keyof Seen> {
  const told: Omit<Told, keyof Seen> = {
    model: '',
    inputTokens: 0,
    outputTokens: 0,
    cachedTokens: 0,
    toolCalls: 0,
    durationMs: 0,
  }
  const decoder = new TextDecoder()
  const calls = new Set<number>()
  let rest = ''
  for (const [index, chunk] of chunks.entries()) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
      const event = JSON.parse(line.slice(6))
      told.model = event.model
      if (event.usage) Object.assign(told, usageOf(event.usage))
      const choice = event.choices[0]
      for (const call of choice?.delta.tool_calls ?? []) calls.add(call.index)
      if (!choice?.delta.content) continue
      told.firstContentMs ??= atMs[index]
      told.lastContentMs = atMs[index]
    }
  }
  told.toolCalls = calls.size
  told.durationMs = atMs.at(-1) ?? 0
  return told
}

function usageOf(usage: {
  prompt_tokens: number
  completion_tokens: number
  prompt_tokens_details: { cached_tokens: number }
}): Pick<Told, 'inputTokens' | 'outputTokens' | 'cachedTokens'> {
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    cachedTokens: usage.prompt_tokens_details.cached_tokens,
  }
}
