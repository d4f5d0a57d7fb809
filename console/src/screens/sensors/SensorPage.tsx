/** One sensor: how it stands, what it saw and lost over time and on each step of the way, of whom, and until when there is room. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { get } from '../../api/client.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { TimePicker } from '../../parts/TimePicker.tsx'
import { Fact, Moment, Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { AddSensor } from './AddSensor.tsx'
import { Standing } from './Sensors.tsx'
import { Sight } from './Sight.tsx'
import { Steps } from './Steps.tsx'
import { Strips } from './Strips.tsx'
import type { Health, Sensor } from './types.ts'
import { Upkeep } from './Upkeep.tsx'
import { percent, Why } from './Why.tsx'

const SPANS = ['1h', '24h', '7d', '30d', '365d']

export function SensorPage() {
  const { id = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as Search
  const { t } = useWords()
  const navigate = useNavigate()
  const one = (name: string): string | null => (typeof search[name] === 'string' ? search[name] : null)
  const [start, end] = [one('start') ?? '24h', one('end')]
  const health = useQuery({
    queryKey: ['sensor-health', id, start, end],
    queryFn: () => get<Health>(`/sensors/${encodeURIComponent(id)}/health`, { start, end }),
    refetchInterval: end === null ? 30_000 : false,
    placeholderData: keepPreviousData,
  })
  useKeys({ Escape: () => void navigate({ to: '/sensors' }), r: () => void health.refetch() })
  const pick = (chosen: { start: string | null; end: string | null }) =>
    void navigate({ to: '/sensors/$id', params: { id }, search: { start: chosen.start ?? '24h', ...(chosen.end ? { end: chosen.end } : {}) }, replace: true })
  return (
    <Screen title={id || t('console.nav.sensors')} note={<Link to="/sensors">{t('console.sensors.all')}</Link>} actions={<TimePicker any={false} chosen={{ start, end }} spans={SPANS} pick={pick} />}>
      <Answered query={health}>{(found) => <Whole health={found} />}</Answered>
    </Screen>
  )
}

function Whole({ health }: { health: Health }) {
  const { t } = useWords()
  if (health.sensor.state === 'never')
    return (
      <div className="stack">
        <Empty title={t('console.sensors.never_title')}>{t('console.sensors.never_mend')}</Empty>
        <section className="card"><h2>{t('console.sensors.add')}</h2><AddSensor name={health.sensor.id} /></section>
      </div>
    )
  return (
    <div className="stack">
      <Facts health={health} />
      {!health.whole && <p className="tools quiet">{t('console.sensors.not_whole')}</p>}
      {health.told_until === null ? (
        <section className="card"><h2>{t('console.sensors.nothing_told')}</h2><p className="quiet">{t('console.sensors.nothing_told_mend')}</p></section>
      ) : (
        <>
          <Strips health={health} />
          <Steps health={health} />
          <Sight health={health} />
        </>
      )}
      <Upkeep health={health} />
    </div>
  )
}

function Facts({ health: { sensor, frames, lost, told_until } }: { health: Health }) {
  const { t, lang } = useWords()
  return (
    <section className="card">
      <div className="story-line">
        <Standing state={sensor.state} />
        {sensor.zones.map((zone) => <Tag key={zone}>{zone}</Tag>)}
      </div>
      <Why sensor={sensor} />
      <p><Link to="/alerts" search={{ class: 'health', status: ['new', 'in_progress', 'closed'], text: sensor.id }}>{t('console.sensors.health_alerts')}</Link></p>
      <dl className="facts">
        <Fact name={t('console.sensors.heard')}><Moment at={sensor.last_seen} past /> (<Moment at={sensor.last_seen} />)</Fact>
        <Fact name={t('console.sensors.until')}><Moment at={sensor.packets_until} /></Fact>
        <Fact name={t('console.sensors.frames')}>{number(frames, lang)}</Fact>
        <Fact name={t('console.sensors.lost')}>{told_until === null ? '–' : `${number(lost, lang)} (${percent(frames + lost ? lost / (frames + lost) : 0)})`}</Fact>
        <Fact name={t('console.sensors.software')}><span className="mono">{sensor.software ?? '–'}</span></Fact>
        <Fact name={t('console.sensors.content')}><Content content={sensor.content} /></Fact>
      </dl>
    </section>
  )
}

/** Which version of the content judges, and which was refused. */
function Content({ content }: { content: Sensor['content'] }) {
  const { t } = useWords()
  if (!content) return <>{t('console.sensors.no_content')}</>
  const { version, refused, why } = content
  return (
    <>
      {version === null ? t('console.sensors.no_content') : t('console.sensors.content_version', { version })}
      {refused !== null && <> <Tag kind="warn">{t('console.sensors.content_refused', { version: refused })}</Tag> <span className="mono">{why}</span></>}
    </>
  )
}
