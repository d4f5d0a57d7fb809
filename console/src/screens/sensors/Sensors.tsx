/** Whether the sensors listen, and what they could not see. */
import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'

interface Sensor {
  id: string
  state: string
  last_seen: string
  packets_until: string
  counters: Record<string, number>
  content: { version: number | null; refused: number | null; why: string | null } | null
  zones: string[]
}

const SILENT_AFTER = 5 * 60_000
/** Content that was refused is told by itself: nothing was missed by it. */
const OF_CONTENT = /^content\./
/** Counters of what was not seen: any of them above zero is a blind spot. */
const BLIND = /drop|lost|losses|down|gap|skipp|fail|refus|truncat|late|overflow|evict|cut/i

export function Sensors() {
  const { t } = useWords()
  const sensors = useQuery({ queryKey: ['sensors'], queryFn: () => get<Page<Sensor>>('/sensors'), refetchInterval: 30_000 })
  return (
    <Screen title={t('console.nav.sensors')}>
      <Answered query={sensors}>
        {({ items }) => (items.length === 0 ? <Empty title={t('console.sensors.none')}>{t('console.home.no_sensor')}</Empty> : <div className="stack">{items.map((each) => <One key={each.id} sensor={each} />)}</div>)}
      </Answered>
    </Screen>
  )
}

function One({ sensor }: { sensor: Sensor }) {
  const { t, word, lang } = useWords()
  const silent = Date.now() - Date.parse(sensor.last_seen) > SILENT_AFTER
  const counters = Object.entries(sensor.counters)
  const blind = counters.filter(([name, count]) => count > 0 && BLIND.test(name) && !OF_CONTENT.test(name))
  return (
    <section className="card">
      <div className="story-line">
        <h2>{sensor.id}</h2>
        <Tag kind={silent ? 'warn' : 'good'}>{word('console.sensor.state', silent ? 'silent' : sensor.state)}</Tag>
        {sensor.zones.map((zone) => <Tag key={zone}>{zone}</Tag>)}
      </div>
      <p className="quiet">{t('console.sensors.heard')} <Moment at={sensor.last_seen} past /> · {t('console.sensors.until')} <Moment at={sensor.packets_until} /></p>
      {sensor.content && <Content {...sensor.content} />}
      {blind.length > 0 ? (
        <p><Tag kind="warn">{t('console.sensors.blind')}</Tag> {blind.map(([name, count]) => `${name} ${number(count, lang)}`).join(' · ')}</p>
      ) : (
        <p><Tag kind="good">{t('console.sensors.sees')}</Tag></p>
      )}
      <table className="plain">
        <caption className="sr">{t('console.sensors.counters')}</caption>
        <thead><tr><th scope="col">{t('console.sensors.counters')}</th><th scope="col" className="num">{t('console.alerts.column.count')}</th></tr></thead>
        <tbody>
          {counters.map(([name, count]) => (
            <tr key={name}><td className="mono">{name}</td><td className="num">{number(count, lang)}</td></tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Content({ version, refused, why }: NonNullable<Sensor['content']>) {
  const { t } = useWords()
  return (
    <p>
      {version === null ? t('console.sensors.no_content') : t('console.sensors.content', { version })}
      {refused !== null && <> <Tag kind="warn">{t('console.sensors.content_refused', { version: refused })}</Tag> <span className="mono">{why}</span></>}
    </p>
  )
}
