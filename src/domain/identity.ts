import { z } from './zod.ts'

/** Who a scenario is. */
export const IdentitySchema = z.strictObject({
  /** Name of the test project; empty when it has none. */
  project: z.string(),
  /** The file, relative to the project's root, with forward slashes; empty outside a test. */
  file: z.string(),
  /** Names of the suites around the scenario, outermost first. */
  suite: z.array(z.string()),
  name: z.string(),
  /** What the baseline goes by. */
  id: z.string(),
})
/** Who a scenario is. */
export type Identity = z.infer<typeof IdentitySchema>

/** `title` without the quotes that Vitest 4 puts around texts of a row, and Vitest 5 does not: what goes by it is the same in both. */
export function withoutQuotes(title: string): string {
  return title.replaceAll(/(?<=^|\s)'((?:[^'\\]|\\.)*)'(?=\s|$)/g, (_, quoted: string) => quoted.replaceAll("\\'", "'"))
}
