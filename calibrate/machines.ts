import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'

const Rows = z.array(z.object({ VM_id: z.string(), starttime: z.string(), value: z.coerce.number().positive() }))
const file = new URL('../fixtures/data/cloud-vm-noise-launch-programs.csv', import.meta.url)

/** What each of three cloud machines took for the same work again and again over months, in the order of time. */
export function readMachines(): number[][] {
  const rows = Rows.parse(parse(readFileSync(file), { columns: true }))
  const ids = [...new Set(rows.map((row) => row.VM_id))].sort()
  return ids.map((id) =>
    rows
      .filter((row) => row.VM_id === id)
      .sort((one, other) => one.starttime.localeCompare(other.starttime))
      .map(({ value }) => value),
  )
}
