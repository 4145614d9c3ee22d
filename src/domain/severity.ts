/** How bad something is, from the least: what each means is in METHODOLOGY.md#severity. */
export const severities = ['low', 'medium', 'high', 'critical'] as const
/** One of {@link severities}. */
export type Severity = (typeof severities)[number]

/** The worst of `all`; absent without any. */
export function worstOf(all: readonly (Severity | undefined)[]): Severity | undefined {
  return severities.findLast((severity) => all.includes(severity))
}
