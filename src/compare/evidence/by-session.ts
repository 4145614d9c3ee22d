/**
 * `executions` in groups of those that were made in one session, in the order in which they came. What a session shares, its machine
 * and its hour, its executions do not differ by, so that many of them tell of it no more than one. One without a session stands
 * alone.
 */
export function bySession<Execution extends { session?: string | undefined }>(
  executions: readonly Execution[],
): Execution[][] {
  return [...Map.groupBy(executions, (one) => one.session ?? one).values()]
}
