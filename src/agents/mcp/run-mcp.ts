import { currentSink } from '../../capture/attribution.ts'
import { endSpan, startSpan } from '../../capture/trace.ts'
import { messageOf, quoteValue } from '../../domain/errors.ts'
import type { Run } from '../../domain/scenario.ts'
import { currentBelongings } from '../../measure/current-belongings.ts'
import { idlePool } from '../child/idle-pool.ts'
import type { HttpMcpOptions, McpAnswer, StdioMcpOptions } from './mcp-options.ts'
import { type McpSession, nameOf, openSession } from './session.ts'

type Options = StdioMcpOptions<never> | HttpMcpOptions<never>

/** One run of a tool of an MCP server. */
export async function runMcp(options: Options, run: Run<never>, key: object): Promise<unknown> {
  const given = options.arguments === undefined ? run.input : options.arguments(run)
  requireArguments(given)
  const belongings = currentBelongings()
  const sink = currentSink()
  const pool = belongings.keep(key, () => idlePool<McpSession>((session) => session.end()))
  const [cold, warm] = options.url === undefined ? ['cold process', 'warm process'] : ['cold session', 'warm session']
  const span = startSpan('phase', pool.isIdle() ? warm : cold, sink)
  let failure: string | undefined
  try {
    const session = await pool.take(() => openSession(options, belongings, run.signal))
    const stop = (): void => void pool.drop(session)
    let isFit = false
    try {
      run.signal.throwIfAborted()
      run.signal.addEventListener('abort', stop)
      session.hold(true)
      session.sink = sink
      const answer = await session.call(given, run.signal)
      isFit = true
      if (answer.isError)
        throw new Error(`${options.tool} of ${nameOf(options)} answered with an error: ${textOf(answer)}`)
      return options.read === undefined ? (answer.structuredContent ?? textOf(answer)) : options.read(answer, run)
    } finally {
      run.signal.removeEventListener('abort', stop)
      session.sink = undefined
      session.hold(false)
      // A server that refuses a call serves the next one all the same; one that was left in the middle does not.
      if (isFit) pool.giveBack(session)
      else await pool.drop(session)
    }
  } catch (error) {
    failure = messageOf(error)
    throw error
  } finally {
    endSpan(span, failure)
  }
}

function requireArguments(given: unknown): asserts given is Record<string, unknown> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return
  const remedy = 'Say what the tool is called with: `arguments: ({ input }) => ({ … })`.'
  throw new Error(`Expected the arguments of a tool to be an object, got ${quoteValue(given)}. ${remedy}`)
}

function textOf({ content }: McpAnswer): string {
  return content.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : [])).join('\n')
}
