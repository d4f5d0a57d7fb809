/** From when until when: a span back from now, or two moments in the reader's zone. */
import { Button, Popover } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useWords } from '../text/i18n.ts'
import { short } from '../text/moments.ts'
import { usePreferences } from './preferences.ts'

export interface Chosen {
  start: string | null
  end: string | null
}

const Moments = lazy(() => import('./Moments.tsx').then((module) => ({ default: module.Moments })))

interface Props {
  chosen: Chosen
  spans: readonly string[]
  /** Whether all times are a choice. */
  any: boolean
  pick: (chosen: Chosen) => void
}

const SPAN = /^\d+[mhdw]$/

export function TimePicker({ chosen, spans, any, pick }: Props) {
  const { t } = useWords()
  const [{ zone }] = usePreferences()
  const [opened, setOpened] = useState(false)
  const told = (text: string): string => (SPAN.test(text) ? t('console.alerts.last', { span: text }) : short(text, zone))
  const label = chosen.start === null && chosen.end === null ? null : `${chosen.start ? told(chosen.start) : '…'}${chosen.end ? ` – ${told(chosen.end)}` : ''}`
  const choose = (next: Chosen) => {
    setOpened(false)
    pick(next)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus>
      <Popover.Target>
        <Button variant={label ? 'light' : 'subtle'} color={label ? 'reed' : 'gray'} className="choose" aria-expanded={opened} onClick={() => setOpened((before) => !before)} rightSection={<IconChevronDown size={13} aria-hidden />}>
          {t('console.alerts.time')}
          {label && <b>{label}</b>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {opened && (
          <div className="times">
            <div className="stack" style={{ gap: 4 }}>
              {any && <Button size="compact-sm" variant="subtle" color="gray" onClick={() => choose({ start: null, end: null })}>{t('console.alerts.any_time')}</Button>}
              {spans.map((span) => <Button key={span} size="compact-sm" variant={chosen.start === span ? 'light' : 'subtle'} color="gray" onClick={() => choose({ start: span, end: null })}>{t('console.alerts.last', { span })}</Button>)}
            </div>
            <Suspense><Moments chosen={chosen} pick={choose} /></Suspense>
          </div>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
