/** Small parts that every screen is made of. */
import { IconAlertOctagonFilled, IconAlertTriangleFilled, IconCheck, IconCircleFilled, IconCopy, IconInfoCircle, IconSquareRotatedFilled } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import type { Severity as Level } from '../theme/palette.ts'
import { useWords } from '../text/i18n.ts'
import { ago, full, short } from '../text/moments.ts'
import { usePreferences } from './preferences.ts'

const SIGNS = {
  critical: IconAlertOctagonFilled,
  high: IconAlertTriangleFilled,
  medium: IconSquareRotatedFilled,
  low: IconCircleFilled,
  informational: IconInfoCircle,
}

/** Severity as word, form and colour: never by colour alone. */
export function Severity({ level }: { level: Level }) {
  const { word } = useWords()
  const Sign = SIGNS[level]
  return (
    <span className={`severity ${level}`}>
      <Sign size={11} aria-hidden />
      {word('severity', level)}
    </span>
  )
}

/** A time in the reader's zone; all of it on hover. */
export function Moment({ at, past = false }: { at: string | null | undefined; past?: boolean }) {
  const [{ zone }] = usePreferences()
  const { lang } = useWords()
  if (!at) return <span className="quiet">–</span>
  return (
    <time dateTime={at} title={`${full(at, zone)}`} className="num">
      {past ? ago(at, Date.now(), lang) : short(at, zone)}
    </time>
  )
}

export function Tag({ kind = '', children }: { kind?: string; children: ReactNode }) {
  return <span className={`tag ${kind}`}>{children}</span>
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    void copyText(text).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1500)
    })
  }
  return (
    <button type="button" className="icon" aria-label={label} title={label} onClick={copy}>
      {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
    </button>
  )
}

/** To the clipboard, also where the page came without TLS and the browser's own way is closed. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    document.execCommand('copy')
    area.remove()
  }
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
