import type { Trace } from '../../domain/load/load.ts'
import type { Bounds } from '../../domain/scenario.ts'

/** What the file of the load of `options` holds, relative to `directory`; absent when it has none. @throws BenchAgentError */
export async function readTrace({ load }: Bounds, directory: string): Promise<Trace | undefined> {
  return load !== undefined && 'read' in load ? load.read(directory) : undefined
}
