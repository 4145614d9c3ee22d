import { createServer } from 'node:http'

// A model server that spends no time on thinking: the same answers to everybody, in a process of its own.

const chunks = 100
const created = { id: 'chatcmpl-1', created: 1_795_165_200, model: 'gpt-5-2025-08-07' }
const usage = {
  prompt_tokens: 1200,
  completion_tokens: 100,
  total_tokens: 1300,
  prompt_tokens_details: { cached_tokens: 1024 },
  completion_tokens_details: { reasoning_tokens: 0 },
}

const event = (rest: object) =>
  `data: ${JSON.stringify({ ...created, object: 'chat.completion.chunk', service_tier: 'default', ...rest })}\n\n`
const delta = (content: object, reason: string | null = null) =>
  event({ choices: [{ index: 0, delta: content, logprobs: null, finish_reason: reason }], usage: null })

const stream = [
  delta({ role: 'assistant', content: '', refusal: null }),
  ...Array.from({ length: chunks }, (_, index) => delta({ content: ` word${index}` })),
  delta({}, 'stop'),
  event({ choices: [], usage }),
  'data: [DONE]\n\n',
]
const message = { role: 'assistant', content: 'A sentence of the usual length, and then one more of them.' }
const whole = JSON.stringify({
  ...created,
  object: 'chat.completion',
  choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
  usage,
})

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    if (Buffer.concat(parts).includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const part of stream) response.write(part)
      response.end()
    } else {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(whole) })
      response.end(whole)
    }
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.(`http://127.0.0.1:${address.port}`)
})
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
})
