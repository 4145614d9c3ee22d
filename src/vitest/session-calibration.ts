import type { Calibration } from '../domain/calibration.ts'
import { calibrate } from '../measure/calibrate.ts'
import { noteCalibration, readCalibration } from './calibration-note.ts'

/**
 * What the machine can do in this session, as the first process found out that asked; absent where it could not be found out. To
 * be asked for between two scenarios, for nothing else should run meanwhile.
 */
export async function sessionCalibration(
  sessionDirectory: string,
  find: () => Promise<Calibration | undefined> = calibrate,
): Promise<Calibration | undefined> {
  const known = readCalibration(sessionDirectory)
  if (known !== undefined) return known ?? undefined
  const found = await find()
  noteCalibration(sessionDirectory, found ?? null)
  return found
}
