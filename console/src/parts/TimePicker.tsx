/** From when until when: a span back from now, or two moments in the reader's zone. */
import { Button, Popover, TextInput } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import { useWords } from '../text/i18n.ts'
import { short, typed, untyped } from '../text/moments.ts'
import { usePreferences } from './preferences.ts'

interface Chosen {
  start: string | null
  end: string | null
}

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
            <Moments chosen={chosen} pick={choose} />
          </div>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function Moments({ chosen, pick }: { chosen: Chosen; pick: (chosen: Chosen) => void }) {
  const { t } = useWords()
  const [{ zone }] = usePreferences()
  const [from, setFrom] = useState(typed(chosen.start, zone))
  const [until, setUntil] = useState(typed(chosen.end, zone))
  const [start, end] = [untyped(from, zone), untyped(until, zone)]
  const turned = start !== null && end !== null && start >= end
  return (
    <form
      className="stack"
      style={{ gap: 8 }}
      onSubmit={(event) => {
        event.preventDefault()
        event.stopPropagation() // the screen's own form is around this one
        pick({ start, end })
      }}
    >
      <TextInput type="datetime-local" label={t('console.time.from')} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      <TextInput type="datetime-local" label={t('console.time.until')} value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={turned ? t('console.time.turned') : null} />
      <p className="quiet">{t(zone === 'utc' ? 'console.time.utc' : 'console.time.local')}</p>
      <Button type="submit" size="compact-sm" disabled={(start === null && end === null) || turned}>{t('console.time.apply')}</Button>
    </form>
  )
}
