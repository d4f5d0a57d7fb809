/** Codes of an assessment as sentences: words of closed lists in the reader's language. */
import { say, type TextKey, type Words } from '../../text/i18n.ts'
import type { Reason } from './types.ts'

const CODED: Record<string, string> = { what: 'assess.word', kind: 'assess.word', state: 'assess.state', query: 'assess.query' }

export function reasonText({ code, parameters }: Reason, word: Words['word']): string {
  const shown = Object.entries(parameters).map(([name, value]) => [name, parameter(name, value, word)])
  return say(`assess.reason.${code}` as TextKey, Object.fromEntries(shown) as Record<string, string>)
}

function parameter(name: string, value: unknown, word: Words['word']): string {
  const group = CODED[name]
  if (group) return String(value).split(',').map((part) => word(group, part.trim())).join(', ')
  if (name === 'share' && typeof value === 'number') return `${(value * 100).toPrecision(3)} %`
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value)
}
