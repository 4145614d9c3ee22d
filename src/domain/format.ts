import type { Unit } from './unit.ts'

/** `value` with its unit, as a person reads it: `840 ms`, `1.52 s`, `3,012 tokens`, `$0.0212`, `4.2 MiB`, `95.0%`. */
export function formatValue(unit: Unit, value: number): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case 'tokens':
      return `${formatCount(value)} tokens`
    case 'usd':
      return formatUsd(value)
    case 'bytes':
      return formatBytes(value)
    case 'ratio':
      return formatRatio(value)
    case 'perSecond':
      return `${significant(value, 3)}/s`
    case 'count':
      return formatCount(value)
    case 'score':
      return significant(value, 3)
  }
}

/** A duration: microseconds below one millisecond, minutes from 100 seconds on. */
export function formatMs(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0 ms'
  if (size < 0.9995) return `${significant(value * 1000, 3)} µs`
  if (size < 999.5) return `${significant(value, 3)} ms`
  if (size < 99_950) return `${significant(value / 1000, 3)} s`
  const seconds = Math.round(size / 1000)
  return `${value < 0 ? '-' : ''}${formatMinutes(seconds)}`
}

/** A share of one as a percentage: `95.0%`. */
export function formatRatio(value: number): string {
  return value === 1 || value === 0 ? `${value * 100}%` : `${(value * 100).toFixed(1)}%`
}

/** A relative change with its sign: `+40.0%`; `~` when it is none. */
export function formatChange(ratio: number): string {
  const text = (ratio * 100).toFixed(Math.abs(ratio) < 9.995 ? 1 : 0)
  if (Number(text) === 0) return '~'
  return `${ratio > 0 ? '+' : ''}${text}%`
}

/** A count: whole below a million when it is whole, one decimal below a hundred when it is not. */
export function formatCount(value: number): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits })
}

/** Dollars; four significant digits below one dollar, cents above. */
export function formatUsd(value: number): string {
  if (value === 0) return '$0'
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  return `${sign}$${size < 1 ? significant(size, 3) : size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** Bytes in steps of 1024. */
export function formatBytes(value: number): string {
  const steps = ['B', 'KiB', 'MiB', 'GiB'] as const
  let size = value
  let step = 0
  while (Math.abs(size) >= 1023.5 && step < steps.length - 1) {
    size /= 1024
    step += 1
  }
  return `${step === 0 ? Math.round(size) : significant(size, 3)} ${steps[step] ?? 'B'}`
}

/** A probability: `<0.001` below that. */
export function formatProbability(value: number): string {
  return value < 0.001 ? '<0.001' : value.toFixed(3)
}

/** `count` with its noun: `1 run`, `20 runs`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`
}

function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits)
  return text.includes('e')
    ? Number(text).toString()
    : text.includes('.')
      ? trimZeros(text)
      : Number(text).toLocaleString('en-US')
}

function trimZeros(text: string): string {
  return text.replace(/\.?0+$/, '')
}

function formatMinutes(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  if (hours > 0) return `${hours} h ${minutes} min`
  return `${minutes} min ${seconds % 60} s`
}
