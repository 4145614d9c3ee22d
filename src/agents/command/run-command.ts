import { currentSink } from '../../capture/attribution.ts'
import type { Run } from '../../domain/scenario.ts'
import { currentBelongings } from '../../measure/current-belongings.ts'
import { type GuestChild, startGuestChild } from '../child/guest-child.ts'
import { endingError } from '../child/start-child.ts'
import { inputText, jsonIn, withoutLastLineEnds } from './answer.ts'
import type { CommandOptions, JsonCommandOptions, TextCommandOptions } from './command-options.ts'
import { persistentCommand } from './persistent.ts'

/** One run of a program, whose answer is a stream of text or a value. */
export async function runCommand(
  options: TextCommandOptions<never> | JsonCommandOptions<never>,
  run: Run<never>,
  key: object,
): Promise<unknown> {
  const belongings = currentBelongings()
  const sink = currentSink()
  if (options.persistent === true) {
    const parts = belongings.keep(key, () => persistentCommand(options, belongings)).ask(run, sink)
    if (options.output !== 'json') return texts(parts)
    let last: unknown
    for await (const part of parts) last = part.value
    return read(options, last, run)
  }
  const child = await startGuestChild(options, argumentsOf(options, run), belongings, () => sink)
  child.stdin.end(options.input === 'argv' ? '' : inputText(run.input))
  const output = outputOf(child, options.command, run.signal)
  if (options.output !== 'json') return withoutLastLineEnds(output)
  let text = ''
  for await (const part of output) text += part
  return read(options, jsonIn(text, options.command), run)
}

/** What `options` say that a program is called with. */
export function argumentsOf({ args = [], input }: CommandOptions<never>, run: Run<never>): string[] {
  const given = typeof args === 'function' ? args(run) : args
  return input === 'argv' ? [...given, inputText(run.input)] : [...given]
}

/** What `child` writes to stdout as it comes. Ends with it; throws when it does not end well. */
async function* outputOf(child: GuestChild, command: string, signal: AbortSignal): AsyncGenerator<string, void> {
  const kill = (): void => void child.kill()
  signal.addEventListener('abort', kill)
  try {
    if (signal.aborted) kill()
    else yield* textFrom(child)
    const ending = await child.ended
    signal.throwIfAborted()
    if (ending.code !== 0) throw endingError(command, ending, child.stderr())
  } finally {
    signal.removeEventListener('abort', kill)
    await child.kill()
    child.leave()
  }
}

async function* textFrom({ stdout }: GuestChild): AsyncGenerator<string, void> {
  try {
    for await (const part of stdout.setEncoding('utf8')) yield String(part)
  } catch {
    // Its end says why there is no more.
  }
}

async function* texts(parts: AsyncIterable<{ value: unknown }>): AsyncGenerator<string, void> {
  for await (const { value } of parts) yield inputText(value)
}

function read(options: JsonCommandOptions<never>, answer: unknown, run: Run<never>): unknown {
  return options.read === undefined ? answer : options.read(answer, run)
}
