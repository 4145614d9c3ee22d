// The agent of example 26: POST /answer, answered with server-sent events.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import OpenAI from 'openai'

const openai = new OpenAI()

createServer(async (request, response) => {
  const { question } = await json(request)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunks = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: question }],
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const { choices } of chunks) {
    const text = choices[0]?.delta.content
    if (text) response.write(`data: ${JSON.stringify({ text })}\n\n`)
  }
  response.end()
}).listen(Number(process.argv[2]), '127.0.0.1')
