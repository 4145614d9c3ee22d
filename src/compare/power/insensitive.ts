import { isDuration, isOfAgent } from '../../domain/baseline.ts'
import type { Asked, Finding } from '../../domain/finding.ts'
import { formatRatio, plural } from '../../domain/format.ts'
import { matureExecutions, smallestEffectRatio } from '../evidence/rule.ts'

/** The findings that would miss what the user asks to be found; what is unclear or got worse says so for itself. */
export function insensitiveFindings(findings: readonly Finding[]): (Finding & { asked: Asked })[] {
  const asked = findings.flatMap((finding) =>
    finding.asked === undefined ? [] : [{ ...finding, asked: finding.asked }],
  )
  const hidden = asked.filter((finding) => finding.status === 'same' && isHidden(finding.asked))
  // Latency is asked once and tested twice: one of the tests is enough.
  return hidden.filter(({ metric }) => {
    const twin = twins[metric]
    if (twin === undefined) return true
    const other = asked.find((one) => one.metric === twin)
    return other === undefined || (hidden.includes(other) && metric === 'workingMs')
  })
}

const twins: { [M in Finding['metric']]?: Finding['metric'] } = {
  workingMs: 'workingPerOutputTokenMs',
  workingPerOutputTokenMs: 'workingMs',
}

function isHidden({ planned, runs = 0, executions, hiddenBy }: Asked): boolean {
  return hiddenBy !== undefined || executions !== undefined || runs > planned
}

/** What would find what is asked of `finding`. */
export function remedyOf({ metric, asked, executions: known = 0 }: Finding & { asked: Asked }): string {
  const { runs, planned, executions, hiddenBy } = asked
  switch (hiddenBy) {
    case 'drift':
      return `No number of runs finds it, for executions differ by more than that whatever the agent does. ${isOfAgent(metric) ? 'Hold' : 'Measure on a calmer machine, with model calls that are answered from a recording, or hold'} two versions against one another in turns: \`bench-agent ab --base REF\`.`
    case 'smallestEffect':
      return `No number of runs finds it, for nothing up to ${formatRatio(smallestEffectRatio(metric, matureExecutions))}${isDuration(metric) ? ' or 1 ms' : ''} is called a regression of a metric that varies. Ask for more, or let a threshold judge it.`
    case 'noise':
      return '10,000 runs would not find it, so much do they vary. Ask for more, or take cases that vary less.'
    default:
      break
  }
  const plan = runs === undefined || runs <= planned ? '' : `Plan ${runs} runs of each case`
  if (executions === undefined) return `${plan}.`
  const accept = `et ${plan === '' ? plural(executions - known, 'more execution') : plural(executions, 'such execution')} be accepted: the baseline is too thin to tell.`
  return plan === '' ? `L${accept}` : `${plan}, and l${accept}`
}
