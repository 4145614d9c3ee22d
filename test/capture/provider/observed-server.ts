import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { startWireServer, type WireServer } from '../wire-server.ts'

/** Observes all tests of a file, which start one server each; the returned function does so, and returns its origin. */
export function observedServer(): (
  answer: (response: ServerResponse, request: IncomingMessage, body: unknown) => unknown,
) => Promise<string> {
  let stop: () => void
  let server: WireServer | undefined
  beforeAll(() => {
    stop = observe()
  })
  afterEach(async () => {
    await server?.close()
    server = undefined
  })
  afterAll(() => {
    stop()
    expect(captureFaults()).toEqual({ count: 0 })
  })
  return async (answer) => {
    const started = await startWireServer((response, request) => answer(response, request, started.bodies.at(-1)))
    server = started
    return started.origin
  }
}

/** Answers with `parts`, one after the other. */
export function send(response: ServerResponse, contentType: string, ...parts: readonly (string | Buffer)[]): void {
  response.writeHead(200, { 'content-type': contentType })
  for (const part of parts) response.write(part)
  response.end()
}

/** Answers with an error, and asks to wait for 3 seconds. */
export function refuse(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '3' })
  response.end(JSON.stringify(body))
}
