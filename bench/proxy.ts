import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CallSink } from '../src/capture/attribution.ts'
import { observe } from '../src/capture/observe.ts'
import { openModelProxy } from '../src/capture/proxy/model-proxy.ts'
import { askChild, startChild } from './child.ts'
import { type Figure, median } from './figure.ts'
import type { ProxyAnswer, ProxyRequest } from './proxy-process.ts'

const warmup = 200
const calls = 2_000

/**
 * What the way through this process adds to a call of a model by another one. The process calls the model directly, through the
 * proxy, and through one that does nothing but pass bytes on, in turns.
 */
export async function proxyFigure(): Promise<Figure> {
  const server = startChild('proxy-server.ts')
  const [model]: string[] = await once(server, 'message')
  if (model === undefined) throw new Error('Expected the server to tell its address')
  const sink: CallSink = { calls: [] }
  const stop = observe()
  const proxy = await openModelProxy()
  const plain = await openPlainProxy(new URL(model))
  const client = startChild('proxy-process.ts')
  try {
    const { environment } = proxy.admit({ environment: { OPENAI_BASE_URL: model }, sinkOf: () => sink })
    const urls = [model, environment.OPENAI_BASE_URL ?? '', plain.url]
    await askChild<ProxyAnswer>(client, { urls, calls: warmup } satisfies ProxyRequest)
    const { callMs } = await askChild<ProxyAnswer>(client, { urls, calls } satisfies ProxyRequest)
    if (sink.calls.length !== warmup + calls)
      throw new Error(`Expected every call to be seen, got ${sink.calls.length}`)
    const [directMs = 0, proxiedMs = 0, plainMs = 0] = callMs.map(median)
    return {
      name: 'proxy.ms_per_hop',
      value: proxiedMs - directMs,
      unit: 'ms',
      bound: 0.5,
      peers: {
        'direct call ms': directMs,
        'proxied call ms': proxiedMs,
        'hop that only passes bytes on ms': plainMs - directMs,
      },
      meaning:
        'What a call of a model by another process takes longer, because it goes through this one to be seen; median.',
    }
  } finally {
    client.disconnect()
    server.disconnect()
    plain.close()
    await proxy.close()
    stop()
  }
}

/** The least that a hop of node:http can be. */
async function openPlainProxy(model: URL): Promise<{ url: string; close: () => void }> {
  const server = createServer((asked, response) => {
    const { method, headers, url } = asked
    const passed = request({ host: model.hostname, port: model.port, method, headers, path: url }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    asked.pipe(passed)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}${model.pathname}`, close: () => server.close() }
}

if (process.argv[1] === import.meta.filename) console.log(await proxyFigure())
