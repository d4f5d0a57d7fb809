/** Short messages in the corner; what can be undone can be for ten seconds, with a click or with `u`. */
import { IconX } from '@tabler/icons-react'
import { useSyncExternalStore } from 'react'
import { told } from '../api/problem.ts'
import { useKeys } from '../keys/useKeys.ts'
import { useWords } from '../text/i18n.ts'

interface Toast {
  id: number
  text: string
  detail?: string
  bad: boolean
  undo?: () => void
}

const STAY = 10_000
const MOST = 4
let shown: Toast[] = []
let last = 0
const watchers = new Set<() => void>()

function show(next: Toast[]): void {
  shown = next.slice(-MOST)
  for (const watcher of watchers) watcher()
}

const drop = (id: number): void => show(shown.filter((each) => each.id !== id))

function add(toast: Omit<Toast, 'id'>): void {
  const id = ++last
  show([...shown, { ...toast, id }])
  setTimeout(() => drop(id), STAY)
}

/** Says that something was done; `undo` takes it back. */
export const done = (text: string, undo?: () => void): void => add({ text, bad: false, ...(undo ? { undo } : {}) })

/** Says how far something long is, until `end`. */
export function underway(text: string): { say: (text: string) => void; end: () => void } {
  const id = ++last
  show([...shown, { id, text, bad: false }])
  return {
    say: (next) => show(shown.map((each) => (each.id === id ? { ...each, text: next } : each))),
    end: () => drop(id),
  }
}

/** Says what went wrong, why and what mends it. */
export function failed(error: unknown): void {
  const { title, detail, trace } = told(error)
  add({ text: title, detail: trace ? `${detail} (${trace})` : detail, bad: true })
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

export function Toasts() {
  const { t } = useWords()
  const toasts = useSyncExternalStore(watch, () => shown)
  const undo = (toast: Toast) => {
    drop(toast.id)
    toast.undo?.()
  }
  useKeys({
    u: () => {
      const latest = shown.findLast((each) => each.undo)
      if (!latest) return false
      undo(latest)
      return undefined
    },
  })
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={toast.bad ? 'toast bad' : 'toast'}>
          <div>
            <div>{toast.text}</div>
            {toast.detail && <div className="quiet">{toast.detail}</div>}
          </div>
          {toast.undo && (
            <button type="button" className="link" onClick={() => undo(toast)}>
              {t('console.undo')} <kbd>u</kbd>
            </button>
          )}
          <button type="button" className="icon" aria-label={t('console.dismiss')} onClick={() => drop(toast.id)}>
            <IconX size={14} />
          </button>
        </div>
      ))}
    </div>
  )
}
