import { Results } from '../domain/record.ts'
import { z } from '../domain/zod.ts'

/** JSON Schema of `.bench-agent/results.json`, as text. */
export function resultsSchemaText(): string {
  const schema = z.toJSONSchema(Results, { target: 'draft-2020-12', reused: 'ref' })
  return `${JSON.stringify({ title: 'Results of bench-agent', ...schema }, null, 2)}\n`
}
