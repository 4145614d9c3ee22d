// Calls a model as an agent in a process of its own does: one call after the other on connections that stay open.
import { Agent, request } from 'node:http'

/** What it is asked: whom to call, in turns, and how often each. */
export interface ProxyRequest {
  urls: string[]
  calls: number
}

/** How long each call took, in milliseconds, by its URL. */
export interface ProxyAnswer {
  callMs: number[][]
}

const body = JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'What is 5 + 3?' }] })
const agent = new Agent({ keepAlive: true })

process.on('message', async ({ urls, calls }: ProxyRequest) => {
  const callMs: number[][] = urls.map(() => [])
  for (let call = 0; call < calls; call++) {
    for (const [position, url] of urls.entries()) {
      const startedMs = performance.now()
      await ask(`${url}/chat/completions`)
      callMs[position]?.push(performance.now() - startedMs)
    }
  }
  process.send?.({ callMs } satisfies ProxyAnswer)
})

function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', resolve)
      response.once('error', reject)
    })
    asked.once('error', reject)
    asked.end(body)
  })
}
