import { connect } from 'node:net'
import type { CallSink } from '../../capture/attribution.ts'
import { wallClock } from '../../domain/clock.ts'
import { formatMs } from '../../domain/format.ts'
import type { Belonging, Belongings } from '../../measure/belongings.ts'
import { type GuestChild, startGuestChild } from '../child/guest-child.ts'
import { endingError } from '../child/start-child.ts'
import type { ServerOptions } from './http-options.ts'

/** A program that listens at the URL of an agent, and serves several runs at once. */
export interface Server extends Belonging {
  /** Resolves once it listens; rejects when it never will. */
  ready: Promise<void>
  /**
   * Begins a run that it serves. Which of its model calls belong to the run is known while it is the only one, and by the trace id in the
   * headers that are returned, where the server passes them on.
   */
  enter: (sink: CallSink | undefined) => { headers: Record<string, string>; leave: () => void }
}

const tryEveryMs = 20

/** Starts the program of `options`, which is to listen at `url`. */
export function startServer(options: ServerOptions, url: URL, belongings: Belongings): Server {
  const inFlight = new Map<string, CallSink | undefined>()
  const sinkOf = ({ traceparent }: Readonly<Record<string, unknown>>): CallSink | undefined => {
    const trace = String(traceparent ?? '').split('-')[1] ?? ''
    if (inFlight.has(trace)) return inFlight.get(trace)
    return inFlight.size === 1 ? [...inFlight.values()][0] : undefined
  }
  let started: GuestChild | undefined
  const start = async (): Promise<void> => {
    if (await listens(url)) {
      const remedy = 'Give the server a port of its own, or leave `server` away when it is to be that one.'
      throw new Error(
        `Expected nobody to listen at ${url.host} before ${options.command} does, got somebody. ${remedy}`,
      )
    }
    const child = await startGuestChild(options, options.args ?? [], belongings, sinkOf)
    started = child
    child.stdin.end()
    child.stdout.resume()
    await untilListening(child, options, url)
    child.hold(false)
  }
  const ready = start()
  ready.catch(() => undefined)
  return {
    ready,
    enter: (sink) => {
      const trace = randomHex(16)
      inFlight.set(trace, sink)
      return { headers: { traceparent: `00-${trace}-${randomHex(8)}-01` }, leave: () => inFlight.delete(trace) }
    },
    close: async () => {
      await ready.catch(() => undefined)
      await started?.kill()
      started?.leave()
    },
  }
}

async function untilListening(child: GuestChild, options: ServerOptions, url: URL): Promise<void> {
  const { readyTimeoutMs = 30_000, command } = options
  const untilMs = wallClock.nowMs() + readyTimeoutMs
  const ending = child.ended.then((ended) => ended)
  for (;;) {
    if (await listens(url)) return
    const ended = await Promise.race([
      ending,
      new Promise<undefined>((resolve) => wallClock.after(tryEveryMs, () => resolve(undefined))),
    ])
    if (ended !== undefined) throw endingError(command, ended, child.stderr())
    if (wallClock.nowMs() < untilMs) continue
    const said = child.stderr() === '' ? 'It wrote nothing to stderr.' : `It wrote to stderr:\n${child.stderr()}`
    await child.kill()
    throw new Error(
      `Expected ${command} to listen at ${url.host} within ${formatMs(readyTimeoutMs)}, got nobody there. ${said}`,
    )
  }
}

function listens({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect(Number(port || (protocol === 'https:' ? 443 : 80)), host)
    const end = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')
}
