import type { CallSink } from '../../capture/attribution.ts'
import { endSpan, startSpan } from '../../capture/trace.ts'
import { quoteValue } from '../../domain/errors.ts'
import type { Run } from '../../domain/scenario.ts'
import type { Belonging, Belongings } from '../../measure/belongings.ts'
import { type GuestChild, startGuestChild } from '../child/guest-child.ts'
import { idlePool } from '../child/idle-pool.ts'
import { endingError } from '../child/start-child.ts'
import { inputText } from './answer.ts'
import type { JsonCommandOptions, TextCommandOptions } from './command-options.ts'
import { lineQueue } from './line-queue.ts'

/** Processes that answer run after run. */
export interface PersistentCommand extends Belonging {
  /** What one of them answers: parts of a text, or one value. */
  ask: (run: Run<never>, sink: CallSink | undefined) => AsyncGenerator<{ value: unknown }, void>
}

/** One of them. It answers one run at a time, so that what it does is known to be that run's. */
interface Worker {
  child: GuestChild
  next: () => Promise<string | undefined>
  sink: CallSink | undefined
  asked: number
}

/** No process yet: each is started when there is none that waits. */
export function persistentCommand(
  options: TextCommandOptions<never> | JsonCommandOptions<never>,
  belongings: Belongings,
): PersistentCommand {
  const { command } = options
  const pool = idlePool<Worker>(async ({ child }) => {
    await child.kill()
    child.leave()
  })
  const start = async (run: Run<never>): Promise<Worker> => {
    const { args = [] } = options
    const given = typeof args === 'function' ? args(run) : args
    const child = await startGuestChild(options, given, belongings, () => worker.sink)
    const worker: Worker = { child, next: lineQueue(child.stdout), sink: undefined, asked: 0 }
    return worker
  }
  async function* ask(run: Run<never>, sink: CallSink | undefined): AsyncGenerator<{ value: unknown }, void> {
    const span = startSpan('phase', pool.isIdle() ? 'warm process' : 'cold process', sink)
    const worker = await pool.take(() => start(run))
    const stop = (): void => void pool.drop(worker)
    run.signal.addEventListener('abort', stop)
    let isFit = false
    try {
      if (run.signal.aborted) stop()
      worker.child.hold(true)
      worker.sink = sink
      const id = ++worker.asked
      worker.child.stdin.write(`${JSON.stringify({ id, input: run.input })}\n`)
      let said = false
      for (;;) {
        const line = await worker.next()
        run.signal.throwIfAborted()
        if (line === undefined) throw endingError(command, await worker.child.ended, worker.child.stderr())
        const answer = answerIn(line, id, options)
        if (answer.error !== undefined) {
          isFit = true
          throw new Error(`${command} answered with an error: ${inputText(answer.error)}`)
        }
        // Text that was told in parts is not told again.
        if (!('delta' in answer) && said && options.output !== 'json') break
        yield { value: 'delta' in answer ? answer.delta : answer.output }
        if (!('delta' in answer)) break
        said = true
      }
      isFit = true
    } finally {
      run.signal.removeEventListener('abort', stop)
      endSpan(span)
      worker.sink = undefined
      worker.child.hold(false)
      // One that did not come to the end of its answer would go on with it in the next run.
      if (isFit) pool.giveBack(worker)
      else await pool.drop(worker)
    }
  }
  return { ask, close: pool.close }
}

type Answer = { error?: unknown; delta: unknown } | { error?: unknown; output: unknown }

/** What `line` answers to the request `id`. */
function answerIn(
  line: string,
  id: number,
  { output, command }: { output?: string | undefined; command: string },
): Answer {
  const value = parsed(line)
  if (value === undefined && output === 'json') {
    const expected = `Expected ${command} to answer with a line of JSON on stdout`
    throw new Error(`${expected}, got ${quoteValue(line)}. Let it write what it logs to stderr.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { output: value ?? line }
  if ('id' in value && value.id !== id)
    throw new Error(`Expected ${command} to answer request ${id}, got an answer to ${quoteValue(value.id)}.`)
  if ('error' in value && value.error !== undefined && value.error !== null)
    return { error: value.error, output: undefined }
  if ('delta' in value) return { delta: value.delta }
  return { output: 'output' in value ? value.output : value }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
