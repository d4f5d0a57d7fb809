import type { ReactNode } from 'react'
import { useWords } from '../text/i18n.ts'

/** A table on its sheet. Where it is wider than its place the keyboard scrolls it too. */
export function Sheet({ children }: { children: ReactNode }) {
  const { t } = useWords()
  return (
    <div className="sheet-of" role="group" aria-label={t('console.sheet')} tabIndex={0}>
      {children}
    </div>
  )
}
