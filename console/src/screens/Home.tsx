/** Is anything wrong, since when, what next. */
import { IconBell, IconFeather } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get, getAll } from '../api/client.ts'
import { useMay } from '../api/session.ts'
import type { Alert, Page } from '../api/types.ts'
import { Screen } from '../parts/Screen.tsx'
import { Answered } from '../parts/states.tsx'
import { Moment, Severity, Tag } from '../parts/words.tsx'
import { useWords } from '../text/i18n.ts'
import { ago, number } from '../text/moments.ts'
import type { Severity as Level } from '../theme/palette.ts'
import { endName, tally } from './alerts/rows.ts'
import { MOST } from './alerts/filter.ts'

const FIELDS = 'severity,status,assignee,rule.name,first_seen,last_seen,count,told,source.asset,source.ip,destination.asset,destination.ip,network.protocol,threat.technique.id,incident'
const NEXT = 7

export function Home() {
  const { t } = useWords()
  const open = useQuery({
    queryKey: ['home', 'open'],
    queryFn: () => getAll<Alert>('/alerts', { status: ['new', 'in_progress'], suppressed: false, sort: '-severity', fields: FIELDS }, MOST),
  })
  return (
    <Screen title={t('console.nav.home')}>
      <Answered query={open}>{({ items }) => <Quiet alerts={items} />}</Answered>
    </Screen>
  )
}

function Quiet({ alerts }: { alerts: Alert[] }) {
  const { t, lang } = useWords()
  const fresh = alerts.filter((alert) => alert.status === 'new')
  const grave = fresh.filter((alert) => alert.severity === 'critical' || alert.severity === 'high')
  const since = fresh.reduce<string | null>((first, { first_seen }) => (first === null || first_seen < first ? first_seen : first), null)
  const busy = fresh.length > 0
  return (
    <div className="home">
      <section className={busy ? 'card full verdict busy' : 'card full verdict calm'}>
        <div className="sign">{busy ? <IconBell size={26} stroke={1.6} aria-hidden /> : <IconFeather size={26} stroke={1.6} aria-hidden />}</div>
        <div>
          <h2>{busy ? t('console.home.wrong', { count: number(fresh.length, lang), grave: number(grave.length, lang) }) : t('console.home.calm')}</h2>
          <p>
            {busy && since ? t('console.home.since', { ago: ago(since, Date.now(), lang) }) : t('console.home.calm_means')}
            {alerts.length > fresh.length && ` ${t('console.home.in_progress', { count: number(alerts.length - fresh.length, lang) })}`}
          </p>
        </div>
        <div className="grow" />
        {busy && (
          <Link to="/alerts" className="pill">
            {t('console.home.begin')}
          </Link>
        )}
      </section>
      <section className="card wide">
        <h2>{t('console.home.next')}</h2>
        {fresh.length === 0 && <p className="quiet">{t('console.home.nothing_next')}</p>}
        <ul className="next-list">
          {fresh.slice(0, NEXT).map((alert) => (
            <li key={alert.id}>
              <Link to="/alerts" search={{ open: alert.id }}>
                <Severity level={alert.severity} />
                <span className="line">
                  <span className="strong">{alert.told[lang].title}</span> <span className="quiet">{endName(alert, 'source')} → {endName(alert, 'destination')}</span>
                </span>
                <span className="quiet"><Moment at={alert.last_seen} past /></span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section className="card side">
        <h2>{t('console.home.by_severity')}</h2>
        <BySeverity alerts={alerts} />
      </section>
      <section className="card half">
        <h2>{t('console.home.most_hit')}</h2>
        <Most alerts={alerts} />
      </section>
      <Sensors />
    </div>
  )
}

function BySeverity({ alerts }: { alerts: Alert[] }) {
  const { lang } = useWords()
  const counts = tally(alerts)
  const most = Math.max(...counts.map(([, count]) => count), 1)
  return (
    <div className="bars">
      {counts.map(([severity, count]) => (
        <Link key={severity} to="/alerts" search={{ severity, status: ['new', 'in_progress'] }}>
          <span><Severity level={severity} /></span>
          <Track share={count / most} colour={`var(--b-${severity}-mark)`} />
          <span className="num">{number(count, lang)}</span>
        </Link>
      ))}
    </div>
  )
}

const Track = ({ share, colour }: { share: number; colour: string }) => (
  <span className="track">
    <span className="fill" style={{ width: `${Math.max(share * 100, 2)}%`, background: colour }} />
  </span>
)

function Most({ alerts }: { alerts: Alert[] }) {
  const { t, lang } = useWords()
  const hit = new Map<string, { count: number; ip: string | null; worst: Level }>()
  for (const alert of alerts) {
    const name = endName(alert, 'destination')
    const known = hit.get(name)
    // Alerts come worst first, so the first one names the worst.
    if (known) known.count += 1
    else hit.set(name, { count: 1, ip: alert['destination.ip'] ?? null, worst: alert.severity })
  }
  const shown = [...hit].filter(([name]) => name !== '–').sort(([, a], [, b]) => b.count - a.count).slice(0, 6)
  const most = shown[0]?.[1].count ?? 1
  if (!shown.length) return <p className="quiet">{t('console.home.nothing_hit')}</p>
  return (
    <div className="bars">
      {shown.map(([name, { count, ip, worst }]) => (
        <Link key={name} to="/alerts" search={{ status: ['new', 'in_progress'], ...(ip ? { 'destination.ip': ip } : {}) }}>
          <span className="line">{name}</span>
          <Track share={count / most} colour={`var(--b-${worst}-mark)`} />
          <span className="num">{number(count, lang)}</span>
        </Link>
      ))}
    </div>
  )
}

interface SensorRecord {
  id: string
  state: string
  last_seen: string | null
  zones: string[]
}

function Sensors() {
  const { t, word } = useWords()
  const may = useMay()
  const sensors = useQuery({ queryKey: ['sensors'], queryFn: () => get<Page<SensorRecord>>('/sensors'), enabled: may('sensors:read') })
  return (
    <section className="card half">
      <h2>{t('console.nav.sensors')}</h2>
      <Answered query={sensors}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">{t('console.home.no_sensor')}</p>
          ) : (
            <table className="plain">
              <tbody>
                {items.map((each) => (
                  <tr key={each.id}>
                    <td><Link to="/sensors">{each.id}</Link></td>
                    <td><Tag kind={each.state === 'up' ? 'good' : 'warn'}>{word('console.sensor.state', each.state)}</Tag></td>
                    <td className="quiet">{each.zones.join(', ')}</td>
                    <td className="quiet"><Moment at={each.last_seen} past /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Answered>
    </section>
  )
}
