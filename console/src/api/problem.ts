/** What the API refuses with (RFC 9457), told in the language of the screen. */
import { say, word, type TextKey } from '../text/i18n.ts'

export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail?: string
  code: string
  parameters: Record<string, unknown>
  trace_id: string
  errors?: { where: string; code: string; message: string }[]
}

export class Problem extends Error {
  constructor(readonly document: ProblemDocument) {
    super(document.title)
  }

  get status(): number {
    return this.document.status
  }

  get code(): string {
    return this.document.code
  }
}

/** A problem that is known by its code alone. */
export const refused = (code: string, parameters: Record<string, unknown> = {}): Problem =>
  new Problem({ type: 'about:blank', title: code, status: 422, code, parameters, trace_id: '' })

/** No answer at all: the server or the way to it is gone. */
export class NoAnswer extends Error {}

/** Title and detail in the language of the screen; the server's own words where the catalogue has none. */
export function told(error: unknown): { title: string; detail: string; trace: string } {
  if (error instanceof NoAnswer) {
    return { title: say('console.error.no_answer'), detail: say('console.error.no_answer_mend'), trace: '' }
  }
  if (!(error instanceof Problem)) {
    return { title: say('console.error.own'), detail: error instanceof Error ? error.message : String(error), trace: '' }
  }
  const { code, title, detail, parameters, trace_id: trace } = error.document
  const known = word('problem', `${code}.title`) !== `${code}.title`
  return {
    title: known ? word('problem', `${code}.title`) : title,
    detail: known ? say(`problem.${code}.detail` as TextKey, parameters) : (detail ?? ''),
    trace,
  }
}
