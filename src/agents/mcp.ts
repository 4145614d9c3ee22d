import { mistakesError, quoteValue } from '../domain/errors.ts'
import type { Run } from '../domain/scenario.ts'
import type { HttpMcpOptions, StdioMcpOptions } from './mcp/mcp-options.ts'
import { call, flag, list, requireOptions, text, texts, url } from './options.ts'

const own = { tool: text, arguments: call, read: call }
const stdioShape = { ...own, command: text, args: list, cwd: text, env: texts, proxy: flag, modelUrls: texts }
const httpShape = { ...own, url, headers: texts }

/**
 * An agent that is a tool of an MCP server. A server that is started has one connection for each run in flight, and its model calls are
 * seen; runs that had to wait for its start are told apart, as phases `cold process` and `warm process`. Needs the package
 * `@modelcontextprotocol/sdk`.
 *
 * @throws BenchAgentError for a mistake in the options
 */
export function mcpAgent<Input = unknown, Output = unknown>(
  options: StdioMcpOptions<Input, Output> | HttpMcpOptions<Input, Output>,
): (run: Run<Input>) => Promise<Output>
export function mcpAgent(
  options: StdioMcpOptions<never> | HttpMcpOptions<never>,
): (run: Run<never>) => Promise<unknown> {
  const subject = 'mcpAgent(options)'
  const { command, url: place } = Object(options)
  if (command !== undefined && place !== undefined) {
    const remedy = 'Say how the server is reached: by one of them.'
    throw mistakesError('BENCH_AGENT_OPTIONS', subject, [
      { path: 'url', expected: 'absent beside command', got: quoteValue(place), remedy },
    ])
  }
  if (place === undefined) requireOptions(subject, options, stdioShape, ['command', 'tool'])
  else requireOptions(subject, options, httpShape, ['tool'])
  const key = {}
  return async (run) => {
    const { runMcp } = await import('./mcp/run-mcp.ts')
    return runMcp(options, run, key)
  }
}
