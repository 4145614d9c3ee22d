import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestModule } from 'vitest/node'
import type { Calibration } from '../../domain/calibration.ts'
import type { Environment } from '../../domain/environment.ts'
import { messageOf } from '../../domain/errors.ts'
import { isOpen } from '../../domain/load/load.ts'
import type { UpdateMode } from '../../history/accept.ts'
import { pastCalibrations } from '../../history/past-calibrations.ts'
import { writeWhole } from '../../history/write-whole.ts'
import { resultsOf, resultsText } from '../../report/json.ts'
import { renderMarkdown } from '../../report/markdown.ts'
import type { Session } from '../../report/session.ts'
import { readCalibration } from '../calibration-note.ts'
import { findDead } from './dead.ts'
import { mayWriteHistory } from './environment-variables.ts'
import { type Gathered, gather } from './gather.ts'
import type { Begun } from './progress.ts'
import { repositoryFolder } from './repository-folder.ts'
import { updateBaselines } from './update-baselines.ts'

/** What the end of a session is concluded from. */
export interface SessionEnd {
  root: string
  modules: readonly TestModule[]
  update: UpdateMode
  interrupted: boolean
  startedAt: Date
  sessionDirectory: string
  /** Scenarios that began, by the id of their test. */
  plans: Map<string, Begun>
  environment: Environment
  variables: NodeJS.ProcessEnv
  /** The cap on spending, where there is just one; absent otherwise. */
  capUsd?: number | undefined
  /** Whether it measured nothing, and puts together what others did. @default false */
  isMerge?: boolean | undefined
}

/** Keeps the baselines, writes the result files, and tells what there is to report; absent when nothing was measured. */
export async function concludeSession(end: SessionEnd): Promise<Session | undefined> {
  const found = gather(end.modules, end.root)
  const gathered = { ...found, executions: await merged(found.executions, end.isMerge ?? false) }
  const { dead, notRun } = await findDead(end, gathered)
  if (gathered.executions.length + gathered.studies.length === 0 && dead.length === 0 && notRun.length === 0)
    return undefined
  const calibration = readCalibration(end.sessionDirectory) ?? undefined
  // A session has one machine, and its first scenarios ended before that was calibrated.
  if (calibration !== undefined)
    for (const { record } of gathered.executions) record.environment = { ...record.environment, calibration }
  // Before this session is among them.
  const earlier = await earlierCalibrations(gathered, end.root)
  const baselines = await updateBaselines(gathered, {
    root: end.root,
    update: end.update,
    writeHistory: !end.interrupted && mayWriteHistory(end.variables, end.environment.ci),
    interrupted: end.interrupted,
    session: end.startedAt.toISOString(),
  })
  const session: Session = {
    startedAt: end.startedAt.toISOString(),
    durationMs: Date.now() - end.startedAt.getTime(),
    environment: { ...end.environment, calibration },
    executions: gathered.executions.map(({ record, failed, place, merged }) => ({ record, failed, place, merged })),
    studies: gathered.studies.length === 0 ? undefined : gathered.studies,
    dead,
    notRun,
    baselines,
    pastCalibrations: earlier,
    files: ['.bench-agent/results.json', '.bench-agent/RESULTS.md'],
    interrupted: end.interrupted,
    capUsd: end.capUsd,
  }
  await writeReports(session, end)
  return session
}

/** `executions`, with those that made parts of one load as one. */
async function merged(executions: Gathered['executions'], isMerge: boolean): Promise<Gathered['executions']> {
  const hasParts = executions.some(({ record: { plan } }) => isOpen(plan.load) && plan.load.segment !== undefined)
  if (!hasParts) return executions
  const { mergeSegments } = await import('./merge-segments.ts')
  return mergeSegments(executions, isMerge)
}

function earlierCalibrations({ executions, files }: Gathered, root: string): Promise<Calibration[]> | undefined {
  const calibrated = executions.find(({ record }) => record.environment.calibration !== undefined)
  if (calibrated === undefined) return undefined
  const testFiles = new Set(files.map(({ testFile }) => testFile))
  return pastCalibrations(root, testFiles, calibrated.record.environmentKey)
}

async function writeReports(session: Session, { root, variables }: SessionEnd): Promise<void> {
  try {
    await writeWhole(join(root, '.bench-agent', 'results.json'), resultsText(resultsOf(session)))
    await writeWhole(join(root, '.bench-agent', 'RESULTS.md'), renderMarkdown(session))
    await writeTraces(session, root)
    const summary = variables.GITHUB_STEP_SUMMARY
    if (summary !== undefined)
      appendFileSync(summary, `${renderMarkdown(session, { filesUrl: filesUrl(variables, root) })}\n`)
  } catch (error) {
    session.files = []
    session.baselines.problems.push(messageOf(error))
  }
}

async function writeTraces(session: Session, root: string): Promise<void> {
  const path = join(root, '.bench-agent', 'traces.json')
  const records = session.executions.map(({ record }) => record)
  // Those of an earlier session would be taken for this one's.
  if (records.every(({ traces }) => traces === undefined)) {
    rmSync(path, { force: true })
    return
  }
  const { otlpTraces } = await import('../../report/otlp.ts')
  await writeWhole(path, `${JSON.stringify(otlpTraces(records))}\n`)
  session.files.push('.bench-agent/traces.json')
}

/** Where a reader of a GitHub job finds the files of the project at this commit; absent elsewhere. */
function filesUrl(variables: NodeJS.ProcessEnv, root: string): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA } = variables
  if (GITHUB_SERVER_URL === undefined || GITHUB_REPOSITORY === undefined || GITHUB_SHA === undefined) return undefined
  const folder = repositoryFolder(variables, root)
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}${folder === '' ? '' : `/${folder}`}`
}
