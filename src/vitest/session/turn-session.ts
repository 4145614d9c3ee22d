import type { TestModule, TestSequencer, TestSpecification, Vitest } from 'vitest/node'
import { type Dead, sideFolder, turnsProtocol, turnsVariable } from '../../command/turn-message.ts'
import { BenchAgentError } from '../../domain/errors.ts'
import { relativePath } from '../../history/load.ts'
import { writeWhole } from '../../history/write-whole.ts'
import { version } from '../../measure/version.ts'
import { resultsText } from '../../report/json.ts'
import { fileKey, type TurnSettings } from '../turn-gate.ts'
import { callCoordinator, type TurnSocket } from '../turn-socket.ts'
import type { SessionEnd } from './conclude.ts'
import { findDead } from './dead.ts'
import { gather } from './gather.ts'

/** A session that takes turns with that of another version of the project. */
export interface TurnSession {
  /** What its workers need to know. */
  settings: TurnSettings
  /** Resolves when the coordinator knows of the session. @throws BenchAgentError when there is none */
  begin: (vitest: Vitest, specifications: readonly TestSpecification[]) => Promise<void>
  moduleEnded: (module: TestModule) => void
  /** Leaves the results for the coordinator, and touches nothing of the user's. */
  end: (end: SessionEnd) => Promise<undefined>
}

/** What `variables` ask for; absent when the session is one like any other. @throws BenchAgentError */
export function turnSession(variables: NodeJS.ProcessEnv): TurnSession | undefined {
  const named = variables[turnsVariable]
  if (named === undefined) return undefined
  const folder = sideFolder(named)
  if (folder === undefined)
    throw new BenchAgentError(
      'BENCH_AGENT_OPTIONS',
      `Expected ${turnsVariable} to be set by \`bench-agent ab\` alone, got "${named}". Unset it.`,
    )
  let socket: TurnSocket | undefined
  let root = ''
  let over = false
  return {
    settings: { side: folder.side, socket: folder.socket },
    begin: async (vitest, specifications) => {
      root = vitest.config.root
      orderByName(vitest, specifications)
      socket = callCoordinator(folder.socket, () => {
        // Whoever compares is gone, and nobody waits for what would come.
        if (!over) process.exit(1)
      })
      const files = specifications.map(({ project, moduleId }) => fileKey(project.name, relativePath(root, moduleId)))
      const { side } = folder
      const answer = await socket.ask({ type: 'session', protocol: turnsProtocol, side, version, files })
      if (answer.type === 'stop') throw refusal(answer.reason)
    },
    moduleEnded: (module) => {
      const file = fileKey(module.project.name, relativePath(root, module.moduleId))
      socket?.say({ type: 'fileEnded', side: folder.side, file, error: module.errors()[0]?.message.split('\n')[0] })
    },
    end: async (end) => {
      const gathered = gather(end.modules, end.root)
      const { dead } = await findDead(end, gathered)
      const told: Dead = dead.map(({ name, reason, remedy }) => ({ name, reason, remedy }))
      await writeWhole(folder.dead, JSON.stringify(told))
      const records = gathered.executions.map(({ record }) => record)
      const { startedAt, environment } = end
      await writeWhole(
        folder.results,
        resultsText({ schemaVersion: 1, startedAt: startedAt.toISOString(), environment, records }),
      )
      over = true
      socket?.close()
      return undefined
    },
  }
}

function refusal(reason: string): BenchAgentError {
  return new BenchAgentError('BENCH_AGENT_USAGE', `Expected to take turns with another session, got: ${reason}.`)
}

// Vitest runs first what failed or took long before, and both sides have to meet.
function orderByName(vitest: Vitest, specifications: readonly TestSpecification[]): void {
  const { root, sequence } = vitest.config
  const rankOf = ({ project, moduleId }: TestSpecification) =>
    [project.config.sequence.groupOrder, project.name, relativePath(root, moduleId)] as const
  const Given = sequence.sequencer
  sequence.sequencer = class {
    #given: TestSequencer

    constructor(given: Vitest) {
      this.#given = new Given(given)
    }

    shard(files: TestSpecification[]) {
      return this.#given.shard(files)
    }

    sort(files: TestSpecification[]) {
      return files.toSorted((a, b) => compareRanks(rankOf(a), rankOf(b)))
    }
  }
  for (const { project } of specifications) project.config.sequence.shuffle = false
}

type Rank = readonly [group: number, project: string, file: string]

function compareRanks(a: Rank, b: Rank): number {
  return a[0] - b[0] || compareTexts(a[1], b[1]) || compareTexts(a[2], b[2])
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
