/** Places in the memory that the watched thread and its watchdog share. */
export const slot = {
  /** Counts up while the watched thread is alive. */
  beat: 0,
  /** Position of the run that started last; negative in a warm-up. */
  run: 1,
  count: 2,
} as const
