/** What the store holds, until when there is room, how long it is kept, and what is left alone. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { Fact, Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { size } from '../../text/sizes.ts'
import { Bounds } from './Bounds.tsx'
import { Holds } from './Holds.tsx'

export interface Bound {
  days: number | null
  bytes: number | null
}
export interface Policy {
  datasets: Record<string, Bound>
  etag: string
}
interface Outlook {
  state: string
  days: number | null
  bytes: number | null
  kept_days?: number | null
}
interface Dataset {
  dataset: string
  rows: number
  bytes: number
  first: string | null
  last: string | null
  rows_per_day: number | null
  bytes_per_day: number | null
  bound: Bound
  outlook: Outlook
  removed: { before: string; rows: number; bytes: number; at: string } | null
  kept_bytes: number
}
interface Storage {
  datasets: Dataset[]
  event_bytes: number
  record_bytes: number | null
  disk: { bytes: number | null; free: number | null; outlook: Outlook }
}
const SOON = 7

export function Retention() {
  const { t } = useWords()
  const may = useMay()
  const storage = useQuery({ queryKey: ['settings', 'storage'], queryFn: () => get<Storage>('/settings/storage') })
  const policy = useQuery({ queryKey: ['settings', 'retention'], queryFn: () => get<Policy>('/settings/retention') })
  const [changing, setChanging] = useState(false)
  return (
    <div className="stack">
      <Answered query={storage}>
        {(found) => (
          <>
            <Whole storage={found} />
            <section className="card">
              <div className="story-line">
                <h2>{t('console.retention.by_dataset')}</h2>
                <div className="grow" />
                {may('settings:change') && <Button variant="default" size="compact-sm" aria-expanded={changing} onClick={() => setChanging(!changing)}>{t('console.retention.change')}</Button>}
              </div>
              <Datasets found={found.datasets} />
              <p className="quiet">{t('console.retention.means')}</p>
            </section>
          </>
        )}
      </Answered>
      {changing && <Answered query={policy}>{(found) => <Bounds key={found.etag} policy={found} done={() => setChanging(false)} />}</Answered>}
      {may('incidents:read') && <Holds />}
    </div>
  )
}

function Whole({ storage: { event_bytes, record_bytes, disk } }: { storage: Storage }) {
  const { t, word, lang } = useWords()
  const known = (bytes: number | null) => (bytes === null ? '–' : size(bytes))
  const { state, days } = disk.outlook
  return (
    <section className="card">
      <dl className="facts">
        <Fact name={t('console.retention.events')}>{size(event_bytes)}</Fact>
        <Fact name={t('console.retention.records')}>{known(record_bytes)}</Fact>
        <Fact name={t('console.retention.disk')}>{known(disk.free)} / {known(disk.bytes)}</Fact>
        <Fact name={t('console.retention.disk_lasts')}>
          <Tag kind={days !== null && days < SOON ? 'bad' : state === 'level' ? 'good' : ''}>{days === null ? word('console.retention.disk_state', state) : t('console.retention.full_in', { count: number(Math.floor(days), lang) })}</Tag>
        </Fact>
      </dl>
    </section>
  )
}

function Datasets({ found }: { found: Dataset[] }) {
  const { t, lang } = useWords()
  if (!found.length) return <p className="quiet">{t('console.retention.empty')}</p>
  return (
    <Sheet>
      <table className="plain rows">
        <thead>
          <tr>
            <th scope="col">{t('console.hunt.dataset')}</th>
            <th scope="col" className="num">{t('console.retention.rows')}</th>
            <th scope="col" className="num">{t('console.retention.size')}</th>
            <th scope="col">{t('console.retention.span')}</th>
            <th scope="col" className="num">{t('console.retention.a_day')}</th>
            <th scope="col">{t('console.retention.bound')}</th>
            <th scope="col">{t('console.retention.outlook')}</th>
            <th scope="col">{t('console.retention.removed')}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((each) => (
            <tr key={each.dataset}>
              <td className="mono">{each.dataset}</td>
              <td className="num">{number(each.rows, lang)}</td>
              <td className="num">{size(each.bytes)}</td>
              <td>{each.first === null ? '–' : <><Moment at={each.first} /> – <Moment at={each.last} /></>}</td>
              <td className="num">{each.bytes_per_day === null ? '–' : <>{size(each.bytes_per_day)}<div className="quiet">{t('console.retention.count_rows', { count: number(each.rows_per_day ?? 0, lang) })}</div></>}</td>
              <td><BoundText bound={each.bound} /></td>
              <td><Coming outlook={each.outlook} /></td>
              <td>
                {each.removed === null ? <span className="quiet">{t('console.retention.nothing_removed')}</span> : (
                  <>
                    {t('console.retention.before')} <Moment at={each.removed.before} />
                    <div className="quiet">{t('console.retention.count_rows', { count: number(each.removed.rows, lang) })} · {size(each.removed.bytes)}</div>
                  </>
                )}
                {each.kept_bytes > 0 && <div className="quiet">{t('console.retention.kept', { size: size(each.kept_bytes) })}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Sheet>
  )
}

function BoundText({ bound: { days, bytes } }: { bound: Bound }) {
  const { t, lang } = useWords()
  const parts = [...(days === null ? [] : [t('console.retention.days', { count: number(days, lang) })]), ...(bytes === null ? [] : [size(bytes)])]
  return <>{parts.join(', ') || t('console.retention.unbounded')}</>
}

/** What becomes of a dataset, in words. */
function Coming({ outlook: { state, days, bytes, kept_days } }: { outlook: Outlook }) {
  const { t, word, lang } = useWords()
  const back = kept_days == null ? '' : t('console.retention.reaches_back', { count: number(kept_days, lang) })
  const told = state === 'growing' && days !== null ? t('console.retention.bound_in', { count: number(days, lang) }) : state === 'level' && bytes !== null ? t('console.retention.level_at', { size: size(bytes) }) : word('console.retention.state', state)
  return <>{told}{back && <div className="quiet">{back}</div>}</>
}
