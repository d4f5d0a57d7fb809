/** Who speaks with whom: zones by level, hosts at fixed places, what is new, what no conduit allows. */
import { Button, Select, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { get } from '../../api/client.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { Moment } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import { Aside } from './Aside.tsx'
import { Drawing } from './Drawing.tsx'
import { Table } from './Table.tsx'
import type { Chosen, PlantMapDocument } from './types.ts'

const SPANS = ['1h', '24h', '7d', '30d', '365d']

export function PlantMap() {
  const { t } = useWords()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Search
  const text = (name: string, usual: string) => (typeof search[name] === 'string' ? search[name] : usual)
  const [start, asTable, onlyNew] = [text('start', '24h'), text('show', '') === 'table', text('only', '') === 'new']
  const back = Number(text('back', '0'))
  const hours = Number.parseInt(start) * (start.endsWith('d') ? 24 : 1)
  // The window is moved back in whole hours of packet time: the end is a span back from now, as the API reads it.
  const window = back ? { start: `${hours + back}h`, end: `${back}h` } : { start }
  const map = useQuery({ queryKey: ['map', window], queryFn: () => get<PlantMapDocument>('/map', window), placeholderData: keepPreviousData })
  const change = (part: Record<string, string | null>) => {
    const next = { start, show: asTable ? 'table' : null, only: onlyNew ? 'new' : null, back: back ? String(back) : null, ...part }
    void navigate({ to: '/map', search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as Search, replace: true })
  }
  const [chosen, choose] = useState<Chosen | null>(null)
  const [wanted, setWanted] = useState('')
  const finder = useRef<HTMLInputElement>(null)
  useKeys({ '/': () => finder.current?.focus(), r: () => void map.refetch(), Escape: () => (chosen ? choose(null) : false) })
  return (
    <Screen title={t('console.nav.map')} flush note={map.data && <><Moment at={map.data.start} /> – <Moment at={map.data.end} /></>}>
      <div className="filters">
        <TextInput ref={finder} className="find" aria-label={t('console.map.find')} placeholder={t('console.map.find')} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />
        <Select aria-label={t('console.alerts.time')} data={SPANS.map((each) => ({ value: each, label: t('console.map.span', { span: each }) }))} value={start} onChange={(value) => change({ start: value, back: null })} allowDeselect={false} w={150} />
        <label className="slider">
          <span className="quiet">{t('console.map.back')}</span>
          <input type="range" min={0} max={Math.max(hours * 6, 24)} step={1} value={back} onChange={(event) => change({ back: event.currentTarget.value === '0' ? null : event.currentTarget.value })} style={{ direction: 'rtl' }} aria-valuetext={back ? t('console.map.hours', { count: back }) : t('console.map.now')} />
          <span className="num">{back ? t('console.map.hours', { count: back }) : t('console.map.now')}</span>
        </label>
        <div className="segments" role="group" aria-label={t('console.map.which')}>
          <button type="button" aria-pressed={!onlyNew} onClick={() => change({ only: null })}>{t('console.map.all')}</button>
          <button type="button" aria-pressed={onlyNew} onClick={() => change({ only: 'new' })}>{t('console.map.new')}</button>
        </div>
        <div className="grow" />
        <Button variant="default" onClick={() => change({ show: asTable ? null : 'table' })}>{t(asTable ? 'console.map.as_drawing' : 'console.map.as_table')}</Button>
      </div>
      <div className="split">
        <Answered query={map}>
          {(found) => {
            const shown = onlyNew ? { ...found, lines: found.lines.filter((line) => line.new) } : found
            if (!found.hosts.length) return <Empty title={t('console.map.none')}>{t('console.map.none_mend')}</Empty>
            return asTable ? <Table map={shown} /> : <Drawing map={shown} wanted={wanted.trim().toLowerCase()} chosen={chosen} choose={choose} />
          }}
        </Answered>
        {chosen && map.data && <Aside map={map.data} chosen={chosen} close={() => choose(null)} />}
      </div>
    </Screen>
  )
}
