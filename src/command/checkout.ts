import { existsSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { wallClock } from '../domain/clock.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { formatMs } from '../domain/format.ts'
import { installDependencies } from './install.ts'
import { addCheckout, findIgnored, type Repository } from './repository.ts'
import type { Surroundings } from './surroundings.ts'

/** The folder of the project in `checkout`, where `commit` has been checked out and installed. @throws BenchAgentError */
export async function checkOutCommit(
  repository: Repository,
  commit: string,
  checkout: string,
  command: string | undefined,
  { say, signal }: Pick<Surroundings, 'say' | 'signal'>,
): Promise<string> {
  const { root, folder, variables } = repository
  await addCheckout(repository, commit, checkout, signal)
  signal.throwIfAborted()
  const project = join(checkout, folder)
  if (!existsSync(project))
    throw new BenchAgentError(
      'BENCH_AGENT_USAGE',
      `Expected the base to have the folder ${folder}, got a commit without it. Name a later one with --base.`,
    )
  const { environmentFiles, installed } = await findIgnored(repository)
  for (const file of environmentFiles) lend(join(root, file), join(checkout, file))
  const startedMs = wallClock.nowMs()
  const how = await installDependencies({ checkout, tree: root, folder, installed, command, variables, signal })
  say(`base: ${how} (${formatMs(wallClock.nowMs() - startedMs)})`)
  return project
}

// A link and no copy: keys are best kept in one place.
function lend(from: string, to: string): void {
  if (existsSync(dirname(to)) && !existsSync(to)) symlinkSync(from, to)
}
