/** A text that is checked while it is written: what is wrong stands by its line. */
import { Textarea } from '@mantine/core'
import { useRef, type ReactNode } from 'react'
import { useWords } from '../text/i18n.ts'

export interface Issue {
  line?: number
  what: string
  mend?: string | null
}

interface Props {
  label: string
  text: string
  change: (text: string) => void
  readOnly: boolean
  rows?: number
  /** What stands beside the text; `issues` draws the mistakes as a list that leads to their lines. */
  children: (issues: (found: Issue[]) => ReactNode) => ReactNode
}

export function TextEditor({ label, text, change, readOnly, rows = 32, children }: Props) {
  const { t } = useWords()
  const area = useRef<HTMLTextAreaElement>(null)
  const jump = (line: number) => {
    const at = text.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0)
    const end = text.indexOf('\n', at)
    area.current?.focus()
    area.current?.setSelectionRange(at, end < 0 ? text.length : end)
  }
  const issues = (found: Issue[]) => (
    <ul className="problems">
      {found.map((issue, index) => (
        <li key={`${issue.line} ${index}`}>
          {issue.line ? <button type="button" className="link" onClick={() => jump(issue.line ?? 1)}>{t('console.site.line', { line: issue.line })}</button> : null} {issue.what} <span className="quiet">{issue.mend}</span>
        </li>
      ))}
    </ul>
  )
  return (
    <div className="columns" style={{ gridTemplateColumns: 'minmax(0, 1.6fr) minmax(0, 1fr)' }}>
      <Textarea ref={area} className="editor" aria-label={label} value={text} onChange={(event) => change(event.currentTarget.value)} rows={rows} spellCheck={false} readOnly={readOnly} />
      <div className="stack">{children(issues)}</div>
    </div>
  )
}
