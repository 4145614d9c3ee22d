import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Calibration, CalibrationSchema } from '../domain/calibration.ts'
import { z } from '../domain/zod.ts'

const Note = z.nullable(CalibrationSchema)

/** What a process of the session found its machine to be able to do: null when it could not be found out, absent when none tried. */
export async function readCalibration(sessionDirectory: string): Promise<Calibration | null | undefined> {
  const text = await readFile(notePath(sessionDirectory), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Note.parse(JSON.parse(text))
}

/** Leaves what this process found for the others of the session; null says that nobody need try again. */
export async function noteCalibration(sessionDirectory: string, calibration: Calibration | null): Promise<void> {
  await writeFile(notePath(sessionDirectory), JSON.stringify(calibration))
}

function notePath(sessionDirectory: string): string {
  return join(sessionDirectory, 'calibration.json')
}
