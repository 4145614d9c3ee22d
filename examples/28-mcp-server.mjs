// The MCP server of example 28, whose only tool is an agent.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import OpenAI from 'openai'
import { z } from 'zod'

const openai = new OpenAI()
const server = new McpServer({ name: 'assistant', version: '1.0.0' })

server.registerTool('answer', { inputSchema: { question: z.string() } }, async ({ question }) => {
  const completion = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: question }],
  })
  return { content: [{ type: 'text', text: completion.choices[0].message.content }] }
})

await server.connect(new StdioServerTransport())
