const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/**
 * `share` of a full bar, in eighths of a character; at least the thinnest one for what is above 0.
 *
 * @param share from 0 to 1
 * @param width of a full bar, in characters
 */
export function bar(share: number, width: number): string {
  const parts = Math.max(share > 0 ? 1 : 0, Math.round(Math.min(1, share) * width * 8))
  return `${'█'.repeat(Math.floor(parts / 8))}${eighths[parts % 8] ?? ''}`
}
