/** Places in the memory that the watched thread and its watchdog share. */
export const slot = {
  /** Counts up while the watched thread is alive. */
  beat: 0,
  /** Position of the run that started last; negative in a warm-up. */
  run: 1,
  /** Runs whose agent is at work; 0 while hooks are. */
  inFlight: 2,
  count: 3,
} as const
