import { mistakesError, quoteValue } from '../domain/errors.ts'
import type { Run } from '../domain/scenario.ts'
import type { JsonCommandOptions, TextCommandOptions } from './command/command-options.ts'
import { call, either, flag, list, oneOf, requireOptions, text, texts } from './options.ts'

const shape = {
  command: text,
  args: either(list, call),
  cwd: text,
  env: texts,
  input: oneOf('stdin', 'argv'),
  output: oneOf('text', 'json'),
  read: call,
  persistent: flag,
  proxy: flag,
  modelUrls: texts,
}

/**
 * An agent that is a program of its own, in any language. Its model calls are seen, its processor time and memory are those of all
 * processes that it starts, and it is ended with all of them when a run is stopped. The first part of a text that it writes is the
 * run's first token.
 *
 * @throws BenchAgentError for a mistake in the options
 */
export function commandAgent<Input = unknown>(
  options: TextCommandOptions<Input>,
): (run: Run<Input>) => Promise<AsyncIterable<string>>
export function commandAgent<Input = unknown, Output = unknown>(
  options: JsonCommandOptions<Input, Output>,
): (run: Run<Input>) => Promise<Output>
export function commandAgent(
  options: TextCommandOptions<never> | JsonCommandOptions<never>,
): (run: Run<never>) => Promise<unknown> {
  requireOptions('commandAgent(options)', options, shape, ['command'])
  if (options.persistent === true && options.input !== undefined) {
    const remedy = 'A process that answers many runs reads each from its standard input.'
    const mistake = { path: 'input', expected: 'absent beside persistent', got: quoteValue(options.input), remedy }
    throw mistakesError('BENCH_AGENT_OPTIONS', 'commandAgent(options)', [mistake])
  }
  const key = {}
  return async (run) => {
    const { runCommand } = await import('./command/run-command.ts')
    return runCommand(options, run, key)
  }
}
