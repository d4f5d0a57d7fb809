/** Two moments, typed in the zone of the reader. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../text/i18n.ts'
import { typed, untyped } from '../text/moments.ts'
import { usePreferences } from './preferences.ts'
import type { Chosen } from './TimePicker.tsx'

export function Moments({ chosen, pick }: { chosen: Chosen; pick: (chosen: Chosen) => void }) {
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
