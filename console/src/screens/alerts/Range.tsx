/** From where to where an alert is learned: the objects that it names, or the value that was seen. */
import { NumberInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { get } from '../../api/client.ts'
import type { Alert } from '../../api/types.ts'
import { Answered } from '../../parts/states.tsx'
import { useWords } from '../../text/i18n.ts'

export type Reach = { objects: [string, number, number] } | { values: [number, number] }

const OBJECTS = /^([a-z]+):(\d+)(?:-(\d+))?$/

/** What of an alert can be learned as a range: `kind` null for a value. */
function rangeOf(alert: Alert): { kind: string | null; low: number; high: number } | null {
  const named = OBJECTS.exec(String(alert.parameters?.['ot.object.address'] ?? ''))
  const observed = (alert.explanation?.['observed'] as { value?: unknown } | undefined)?.value
  if (typeof observed === 'number') return { kind: null, low: observed, high: observed }
  if (named?.[1]) return { kind: named[1], low: Number(named[2]), high: Number(named[3] ?? named[2]) }
  return null
}

/** The list knows nothing of values and objects: the whole alert is asked. */
export function Range({ alert, set }: { alert: Alert; set: (reach: Reach | null) => void }) {
  const { t } = useWords()
  const whole = useQuery({ queryKey: ['alert', alert.id], queryFn: () => get<Alert>(`/alerts/${alert.id}`) })
  return (
    <Answered query={whole}>
      {(found) => {
        const known = rangeOf(found)
        return known ? <Ends known={known} set={set} /> : <p className="quiet">{t('console.hold.no_range')}</p>
      }}
    </Answered>
  )
}

function Ends({ known, set }: { known: { kind: string | null; low: number; high: number }; set: (reach: Reach | null) => void }) {
  const { t } = useWords()
  const [low, setLow] = useState<number | string>(known.low)
  const [high, setHigh] = useState<number | string>(known.high)
  const { kind } = known
  useEffect(() => {
    const fits = typeof low === 'number' && typeof high === 'number'
    set(!fits ? null : kind === null ? { values: [low, high] } : { objects: [kind, low, high] })
    return () => set(null)
  }, [low, high, kind, set])
  return (
    <div className="times">
      <NumberInput label={kind ? t('console.hold.objects_from', { kind }) : t('console.hold.value_from')} value={low} onChange={setLow} allowDecimal={kind === null} />
      <NumberInput label={t('console.hold.to')} value={high} onChange={setHigh} allowDecimal={kind === null} />
    </div>
  )
}
