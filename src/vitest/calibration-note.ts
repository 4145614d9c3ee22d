import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Calibration, CalibrationSchema } from '../domain/calibration.ts'
import { z } from '../domain/zod.ts'
import { textOfNote } from './session-note.ts'

const Note = z.nullable(CalibrationSchema)

/** What a process of the session found its machine to be able to do: null when it could not be found out, absent when none tried. */
export function readCalibration(sessionDirectory: string): Calibration | null | undefined {
  const text = textOfNote(notePath(sessionDirectory))
  return text === undefined ? undefined : Note.parse(JSON.parse(text))
}

/** Leaves what this process found for the others of the session; null says that nobody need try again. */
export function noteCalibration(sessionDirectory: string, calibration: Calibration | null): void {
  writeFileSync(notePath(sessionDirectory), JSON.stringify(calibration))
}

function notePath(sessionDirectory: string): string {
  return join(sessionDirectory, 'calibration.json')
}
