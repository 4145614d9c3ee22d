// A tool of an MCP server as an agent.
//
//   npx vitest --project perf examples/28
//
// The server is started and spoken to over its standard input and output; with `url` in place of `command`, it is one that is there, and
// spoken to over streamable HTTP. Needs the package @modelcontextprotocol/sdk.

import { benchAgent, mcpAgent } from 'bench-agent'

benchAgent(
  'MCP server',
  {
    cases: [{ input: 'What weekday is 2026-11-20?', expected: 'Friday' }],
    agent: mcpAgent<string, string>({
      command: process.execPath,
      args: ['examples/28-mcp-server.mjs'],
      tool: 'answer',
      arguments: ({ input }) => ({ question: input }),
      read: ({ content }) => content.map(({ text = '' }) => text).join(''),
    }),
    thresholds: { steps: { max: 1 }, totalTokens: { max: 60 } },
  },
  ({ output, expected, expect }) => expect(output).toContain(expected),
)
