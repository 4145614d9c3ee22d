import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Calibration } from '../domain/calibration.ts'

/**
 * How fast this machine does a fixed piece of work, in about 120 ms; absent when the work could not be done. To be asked for while
 * nothing is measured, for it takes a core.
 */
export async function calibrate(): Promise<Calibration | undefined> {
  // No session fails because its machine could not be calibrated.
  return fromThread().catch(() => undefined)
}

function fromThread(): Promise<Calibration | undefined> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(`./calibration-thread${extname(import.meta.url)}`, import.meta.url), {
      execArgv: [],
      // What it prints is for nobody.
      stdout: true,
      stderr: true,
    })
    thread.once('message', (calibration: Calibration) => resolve(calibration))
    thread.once('error', reject)
    thread.once('exit', () => resolve(undefined))
  })
}
