import type { z } from './zod.ts'

/** What a schema takes where it found `issue`, in words that follow "expected". */
export function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}${issue.origin === 'string' ? ' character' : ''}`
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`
    case 'invalid_type':
      return issue.expected === 'int'
        ? 'a whole number'
        : `${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ')
    case 'unrecognized_keys':
      return `nothing named ${issue.keys.map((key) => JSON.stringify(key)).join(' or ')}`
    default:
      return issue.message
  }
}
