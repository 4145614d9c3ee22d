import { channel } from 'node:diagnostics_channel'
import { attribute, type CallSink } from '../src/capture/attribution.ts'
import { captureFaults } from '../src/capture/guard.ts'
import { observe } from '../src/capture/observe.ts'

const rounds = 40
const callsPerRound = 1_000
const chunksPerCall = 50

const created = channel('undici:request:create')
const headersSent = channel('undici:client:sendHeaders')
const chunkSent = channel('undici:request:bodyChunkSent')
const headersCame = channel('undici:request:headers')
const chunkCame = channel('undici:request:bodyChunkReceived')
const ended = channel('undici:request:trailers')

const requestBody = Buffer.from('{"model":"gpt-5","messages":[]}')
const responseChunk = Buffer.from('data: {"choices":[{"delta":{"content":"word"}}]}\n\n')
const socket = {}
const rawHeaders = ['content-type', 'text/event-stream'].map((text) => Buffer.from(text))

// undici 6 publishes no body chunks: they pass through these methods, as they do in undici 7, which publishes them.
const publishesChunks = Number(process.versions.undici?.split('.')[0]) >= 7

class Request {
  method = 'POST'
  origin = 'http://127.0.0.1:1'
  path: string

  constructor(path: string) {
    this.path = path
  }

  onBodySent(chunk: Uint8Array): void {
    if (publishesChunks) chunkSent.publish({ request: this, chunk })
  }

  onData(chunk: Uint8Array): void {
    if (publishesChunks) chunkCame.publish({ request: this, chunk })
  }
}

/** Measured cost of watching model calls, in microseconds of the thread that runs the agent. */
export interface CaptureCost {
  /** A call without its response's body: create, headers and body sent, headers and end. */
  usPerCall: number
  /** A chunk of a response's body. */
  usPerChunk: number
  /** A request to anything but a model: its create and its end. */
  usPerOtherRequest: number
}

/** What the subscribers cost on the channels: the median round, less the same round without subscribers. */
export async function captureHotPath(): Promise<CaptureCost> {
  const idle = medianRound()
  const stop = observe()
  const observed = medianRound()
  stop()
  if (captureFaults().count > 0) throw captureFaults().latest
  return {
    usPerCall: observed.usPerCall - idle.usPerCall,
    usPerChunk: observed.usPerChunk - idle.usPerChunk,
    usPerOtherRequest: observed.usPerOtherRequest - idle.usPerOtherRequest,
  }
}

function medianRound(): CaptureCost {
  const costs = Array.from({ length: rounds }, measureRound)
  return {
    usPerCall: median(costs.map((cost) => cost.usPerCall)),
    usPerChunk: median(costs.map((cost) => cost.usPerChunk)),
    usPerOtherRequest: median(costs.map((cost) => cost.usPerOtherRequest)),
  }
}

function measureRound(): CaptureCost {
  const sink: CallSink = { calls: [] }
  return attribute(sink, () => {
    const usPerOtherRequest = usEach(callsPerRound, () => publishCall('/v1/orders', 0))
    const usPerCall = usEach(callsPerRound, () => publishCall('/v1/chat/completions', 0))
    const usPerStream = usEach(callsPerRound, () => publishCall('/v1/chat/completions', chunksPerCall))
    return { usPerCall, usPerChunk: (usPerStream - usPerCall) / chunksPerCall, usPerOtherRequest }
  })
}

function publishCall(path: string, chunks: number): void {
  const request = new Request(path)
  created.publish({ request })
  headersSent.publish({ request, socket })
  request.onBodySent(requestBody)
  headersCame.publish({ request, response: { statusCode: 200, headers: rawHeaders } })
  for (let chunk = 0; chunk < chunks; chunk++) request.onData(responseChunk)
  ended.publish({ request, trailers: [] })
}

function usEach(times: number, action: () => void): number {
  const startMs = performance.now()
  for (let time = 0; time < times; time++) action()
  return ((performance.now() - startMs) * 1_000) / times
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

if (process.argv[1] === import.meta.filename) console.log(`Node ${process.versions.node}`, await captureHotPath())
