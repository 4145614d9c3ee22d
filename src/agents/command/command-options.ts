import type { Run } from '../../domain/scenario.ts'
import type { ChildOptions } from '../child/guest-child.ts'

/** What an agent is that is a program of its own, in any language. */
export interface CommandOptions<Input = unknown> extends ChildOptions {
  /** What it is called with. @default nothing */
  args?: readonly string[] | ((run: Run<Input>) => readonly string[]) | undefined
  /**
   * How it is given the input of a run: a text as it is, anything else as JSON.
   *
   * - `stdin`: written to its standard input, which then ends
   * - `argv`: as its last argument
   *
   * @default 'stdin'
   */
  input?: 'stdin' | 'argv' | undefined
  /**
   * Whether one process answers run after run, so that its start is no part of them. It reads a line of JSON for each,
   * `{"id":1,"input":…}`, and answers with a line, `{"id":1,"output":…}` or `{"id":1,"error":"…"}`; before it, lines of
   * `{"id":1,"delta":"…"}` are parts of a text. Runs in flight at once have a process each.
   *
   * @default false, a process for each run
   */
  persistent?: boolean | undefined
}

/** A program whose answer is text: all that it writes to its standard output. */
export interface TextCommandOptions<Input = unknown> extends CommandOptions<Input> {
  /** @default 'text' */
  output?: 'text' | undefined
}

/** A program whose answer is JSON: all of its standard output, or the last line of it. */
export interface JsonCommandOptions<Input = unknown, Output = unknown> extends CommandOptions<Input> {
  output: 'json'
  /** What the answer is to the check; throw if it is none. @default the JSON as it is */
  read?: ((answer: unknown, run: Run<Input>) => Output) | undefined
}
