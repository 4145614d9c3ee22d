import type { Run } from '../../domain/scenario.ts'
import type { ChildOptions } from '../child/guest-child.ts'

/** A tool of an MCP server as an agent. */
export interface McpOptions<Input = unknown, Output = unknown> {
  /** Name of the tool. */
  tool: string
  /** What it is called with. @default the input of the run, which then has to be an object */
  arguments?: ((run: Run<Input>) => Record<string, unknown>) | undefined
  /**
   * What its answer is to the check; throw if it is none.
   *
   * @default its structured content, or else its text
   */
  read?: ((answer: McpAnswer, run: Run<Input>) => Output) | undefined
}

/** What a tool answers. */
export interface McpAnswer {
  /** Parts of text, pictures and more, as the protocol has them. */
  content: readonly { type: string; text?: string | undefined }[]
  /** Absent when the tool has none. */
  structuredContent?: unknown
}

/** A server that is started, and spoken to over its standard input and output. */
export interface StdioMcpOptions<Input = unknown, Output = unknown> extends McpOptions<Input, Output>, ChildOptions {
  /** @default nothing */
  args?: readonly string[] | undefined
  url?: undefined
}

/** A server that is there, and spoken to over streamable HTTP. */
export interface HttpMcpOptions<Input = unknown, Output = unknown> extends McpOptions<Input, Output> {
  url: string | URL
  /** @default none */
  headers?: Readonly<Record<string, string>> | undefined
  command?: undefined
}
