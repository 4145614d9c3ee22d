import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorkerSettings } from './settings.ts'

/** What the session has spent in the project so far, in US dollars. */
export async function spentSoFar(settings: WorkerSettings | undefined): Promise<number> {
  if (settings?.spendUsd === undefined) return 0
  const text = await readFile(spendPath(settings), 'utf8').catch(() => '')
  return text.split('\n').reduce((sum, line) => sum + Number(line), 0)
}

/** Notes what one scenario has spent, for the processes that come after this one. */
export async function addSpend(settings: WorkerSettings | undefined, spentUsd: number | undefined): Promise<void> {
  if (settings?.spendUsd === undefined || spentUsd === undefined) return
  await appendFile(spendPath(settings), `${spentUsd}\n`)
}

function spendPath({ sessionDirectory, project }: WorkerSettings): string {
  return join(sessionDirectory, `spent-${encodeURIComponent(project)}`)
}
