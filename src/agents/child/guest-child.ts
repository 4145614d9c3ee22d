import type { CallSink } from '../../capture/attribution.ts'
import { type ModelProxy, openModelProxy } from '../../capture/proxy/model-proxy.ts'
import type { Belonging, Belongings } from '../../measure/belongings.ts'
import { type Child, startChild } from './start-child.ts'

/** A process that an agent starts. */
export interface ChildOptions {
  /** Program to start: its path, or its name on PATH. */
  command: string
  /** Folder that it works in. @default the working directory */
  cwd?: string | undefined
  /** Environment variables, besides those of this process; undefined takes one away. @default none */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * Whether its model calls go through a proxy on this machine, so that they are seen: the variables by which clients of models know
   * their addresses are set for it.
   *
   * @default true
   */
  proxy?: boolean | undefined
  /** Further variables of the kind that its clients read, and the addresses that they would have: `{ LLM_URL: 'https://llm.corp/v1' }`. @default none */
  modelUrls?: Readonly<Record<string, string>> | undefined
}

/** A process whose model calls are seen. */
export interface GuestChild extends Child {
  /** No call of it is seen any more; call it when it is not needed. */
  leave: () => void
}

interface OpenProxy extends Belonging {
  opened: Promise<ModelProxy>
}

const proxyKey = {}

/** The proxy of an execution. */
function proxyOf(belongings: Belongings): Promise<ModelProxy> {
  const open = (): OpenProxy => {
    const opened = openModelProxy()
    return { opened, close: () => opened.then((proxy) => proxy.close()) }
  }
  return belongings.keep(proxyKey, open).opened
}

/**
 * Starts a process whose model calls belong to whom `sinkOf` names when they come.
 *
 * @param sinkOf given the headers of the call
 */
export async function startGuestChild(
  options: ChildOptions,
  args: readonly string[],
  belongings: Belongings,
  sinkOf: (headers: Readonly<Record<string, unknown>>) => CallSink | undefined,
): Promise<GuestChild> {
  const { command, cwd, env, proxy: isProxied = true, modelUrls } = options
  const environment = { ...process.env, ...env }
  const admission = isProxied
    ? (await proxyOf(belongings)).admit({ environment, modelUrls, sinkOf: ({ headers }) => sinkOf(headers) })
    : undefined
  const child = startChild(
    { command, args, cwd, environment: { ...environment, ...admission?.environment } },
    belongings.processes,
  )
  // Whoever started it may never look at it again.
  belongings.keep(child, () => ({ close: child.kill }))
  child.ended.then(() => belongings.forget(child))
  return { ...child, leave: () => admission?.leave() }
}
