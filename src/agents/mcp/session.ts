import { type CallSink, unwatched } from '../../capture/attribution.ts'
import { messageOf } from '../../domain/errors.ts'
import { longestTimerMs } from '../../domain/limit.ts'
import type { Belongings } from '../../measure/belongings.ts'
import { type GuestChild, startGuestChild } from '../child/guest-child.ts'
import { endingError } from '../child/start-child.ts'
import { childTransport } from './child-transport.ts'
import type { HttpMcpOptions, McpAnswer, StdioMcpOptions } from './mcp-options.ts'

/** A connection to an MCP server. */
export interface McpSession {
  /** Whose its model calls are; absent between runs. */
  sink: CallSink | undefined
  /** Calls the tool. @throws what the server refuses it with, or what ended the server */
  call: (given: Record<string, unknown>, signal: AbortSignal) => Promise<McpAnswer & { isError: boolean }>
  /** Whether this process waits for it before it ends by itself. */
  hold: (isHeld: boolean) => void
  end: () => Promise<void>
}

type Options = StdioMcpOptions<never> | HttpMcpOptions<never>

/** Connects to the server of `options`, and looks whether it has the tool, unless `signal` comes first. */
export async function openSession(options: Options, belongings: Belongings, signal: AbortSignal): Promise<McpSession> {
  const { Client, StreamableHTTPClientTransport } = await loadSdk()
  const client = new Client({ name: 'bench-agent', version: '1' })
  let child: GuestChild | undefined
  let wasKilled = false
  const session: McpSession = {
    sink: undefined,
    call: async (given, signal) => {
      const asked = { name: options.tool, arguments: given }
      // The limits of the run are what ends it.
      const patience = { signal, timeout: longestTimerMs, maxTotalTimeout: longestTimerMs }
      return asAnswer(await explained(() => unwatched(() => client.callTool(asked, undefined, patience))))
    },
    hold: (isHeld) => child?.hold(isHeld),
    end: async () => {
      wasKilled = true
      await client.close().catch(() => undefined)
      await child?.kill()
      child?.leave()
    },
  }
  /** What `work` gives; when the server has ended, it says how. */
  const explained = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      if (child === undefined || wasKilled || !isLost(error)) throw error
      throw endingError(nameOf(options), await child.ended, child.stderr())
    }
  }
  const giveUp = (): void => void session.end()
  signal.addEventListener('abort', giveUp)
  try {
    if (options.url === undefined) {
      child = await startGuestChild(options, options.args ?? [], belongings, () => session.sink)
      const started = child
      await explained(() => client.connect(childTransport(started)))
    } else {
      const transport = new StreamableHTTPClientTransport(new URL(options.url), {
        requestInit: { headers: { ...options.headers } },
      })
      // Its types say of a session's id that it is there before it is.
      await unwatched(() => client.connect(transport as Parameters<typeof client.connect>[0]))
    }
    await explained(() => unwatched(() => requireTool(client, options)))
    return session
  } catch (error) {
    await session.end()
    throw error
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

// By JSON-RPC's numbers of MCP.
const connectionClosed = -32_000

// A pipe that nobody reads any more says so by a word.
function isLost(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return code === connectionClosed || typeof code === 'string'
}

interface Tools {
  listTools: (given: {
    cursor?: string
  }) => Promise<{ tools: readonly { name: string }[]; nextCursor?: string | undefined }>
}

async function requireTool(client: Tools, options: Options): Promise<void> {
  const names: string[] = []
  let cursor: string | undefined
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor })
    names.push(...page.tools.map(({ name }) => name))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  if (names.includes(options.tool)) return
  const known = names.length === 0 ? 'which has none' : `which has ${names.join(', ')}`
  throw new Error(`Expected tool to be one of ${nameOf(options)}, ${known}, got ${options.tool}.`)
}

/** How errors call the server. */
export function nameOf(options: Options): string {
  if (options.url === undefined) return options.command
  const { origin, pathname } = new URL(options.url)
  return origin + pathname
}

function asAnswer(answer: Record<string, unknown>): McpAnswer & { isError: boolean } {
  const { content, structuredContent, isError } = answer
  // The client has held the answer against the protocol.
  return { content: (content ?? []) as McpAnswer['content'], structuredContent, isError: isError === true }
}

async function loadSdk() {
  try {
    const [{ Client }, { StreamableHTTPClientTransport }] = await Promise.all([
      import('@modelcontextprotocol/sdk/client/index.js'),
      import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    ])
    return { Client, StreamableHTTPClientTransport }
  } catch (error) {
    const remedy = 'Install it: npm install --save-dev @modelcontextprotocol/sdk'
    throw new Error(
      `mcpAgent needs the package @modelcontextprotocol/sdk, which cannot be loaded: ${messageOf(error)}. ${remedy}`,
    )
  }
}
