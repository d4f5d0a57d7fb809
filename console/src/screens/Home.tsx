/** Is anything wrong, since when, what next. */
import { IconBell, IconFeather } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get } from '../api/client.ts'
import { useMay } from '../api/session.ts'
import type { Alert, Page } from '../api/types.ts'
import { Screen } from '../parts/Screen.tsx'
import { Answered } from '../parts/states.tsx'
import { Moment, Severity, Tag } from '../parts/words.tsx'
import { useWords, type TextKey } from '../text/i18n.ts'
import { ago, number } from '../text/moments.ts'
import { SEVERITIES, type Severity as Level } from '../theme/palette.ts'
import { endName } from './alerts/rows.ts'
import type { Incident } from './incidents/types.ts'

const FIELDS = 'severity,last_seen,told,source.asset,source.ip,destination.asset,destination.ip'
const NEXT = 7
const OPEN = ['new', 'in_progress']
const EVERY = 10_000

interface Target {
  name: string
  ip: string | null
  alerts: number
  worst: Level
}
interface Overview {
  alerts: { open: number; new: number; grave: number; by_severity: Partial<Record<Level, number>>; most_hit: Target[]; late: number; oldest_new: string | null; whole: boolean }
  incidents: { open: number; worst: Incident[] }
  sensors: { heard: number; silent: string[] }
  assets: { all: number; new: number }
  waiting: Record<'learned' | 'runs', number>
}

export function Home() {
  const { t } = useWords()
  const found = useQuery({ queryKey: ['home'], queryFn: () => get<Overview>('/overview'), refetchInterval: EVERY })
  return (
    <Screen title={t('console.nav.home')}>
      <Answered query={found}>
        {(overview) => (
          <div className="home">
            <Verdict overview={overview} />
            <Next overview={overview} />
            <section className="card side">
              <h2>{t('console.home.by_severity')}</h2>
              <BySeverity counts={overview.alerts.by_severity} />
            </section>
            <Stories overview={overview} />
            <section className="card side">
              <h2>{t('console.home.most_hit')}</h2>
              <Most hit={overview.alerts.most_hit} />
            </section>
            <Sensors />
          </div>
        )}
      </Answered>
    </Screen>
  )
}

function Verdict({ overview: { alerts, incidents, sensors } }: { overview: Overview }) {
  const { t, lang } = useWords()
  const busy = alerts.new > 0
  const working = alerts.open - alerts.new
  const more = (count: number) => number(count, lang) + (alerts.whole ? '' : '+')
  return (
    <section className={busy ? 'card full verdict busy' : 'card full verdict calm'}>
      <div className="sign">{busy ? <IconBell size={26} stroke={1.6} aria-hidden /> : <IconFeather size={26} stroke={1.6} aria-hidden />}</div>
      <div>
        <h2>{busy ? t('console.home.wrong', { count: more(alerts.new), grave: more(alerts.grave) }) : t('console.home.calm')}</h2>
        <p>
          {busy && alerts.oldest_new ? t('console.home.since', { ago: ago(alerts.oldest_new, Date.now(), lang) }) : t('console.home.calm_means')}
          {incidents.open > 0 && ` ${t('console.home.incidents', { count: number(incidents.open, lang) })}`}
          {working > 0 && ` ${t('console.home.in_progress', { count: more(working) })}`}
        </p>
        {alerts.late > 0 && <p><Tag kind="warn">{t('console.home.late', { count: number(alerts.late, lang) })}</Tag></p>}
        {sensors.silent.length > 0 && <p><Tag kind="warn">{t('console.home.silent', { names: sensors.silent.join(', ') })}</Tag></p>}
      </div>
      <div className="grow" />
      {busy && (
        <Link to="/alerts" className="pill">
          {t('console.home.begin')}
        </Link>
      )}
    </section>
  )
}

/** The gravest new alerts, and what waits for a person. */
function Next({ overview }: { overview: Overview }) {
  const { t, lang } = useWords()
  const fresh = useQuery({
    queryKey: ['home', 'next'],
    queryFn: () => get<Page<Alert>>('/alerts', { status: 'new', suppressed: false, sort: '-severity', limit: NEXT, fields: FIELDS }),
    refetchInterval: EVERY,
  })
  const waiting: [number, string, TextKey][] = [
    [overview.waiting.learned, '/baseline', 'console.home.waiting_learned'],
    [overview.waiting.runs, '/playbooks', 'console.home.waiting_runs'],
  ]
  return (
    <section className="card wide">
      <h2>{t('console.home.next')}</h2>
      {waiting.map(([count, to, text]) => count > 0 && <p key={to}><Link to={to}>{t(text, { count: number(count, lang) })}</Link></p>)}
      <Answered query={fresh}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="quiet">{t('console.home.nothing_next')}</p>}
            <ul className="next-list">
              {items.map((alert) => (
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
          </>
        )}
      </Answered>
    </section>
  )
}

/** Open incidents, the highest risk first. */
function Stories({ overview: { incidents } }: { overview: Overview }) {
  const { t, lang } = useWords()
  return (
    <section className="card wide">
      <h2>{t('console.nav.incidents')}</h2>
      {incidents.worst.length === 0 && <p className="quiet">{t('console.home.no_incident')}</p>}
      <ul className="next-list">
        {incidents.worst.map((each) => (
          <li key={each.id}>
            <Link to="/incidents/$id" params={{ id: each.id }}>
              <Severity level={each.severity} />
              <span className="line">
                <span className="strong">{each.title[lang]}</span> <span className="quiet">{t('console.alerts.rows', { count: number(each.alerts.length, lang) })}</span>
              </span>
              <span className="quiet">{t('console.incidents.risk')} {each.risk.score}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function BySeverity({ counts }: { counts: Partial<Record<Level, number>> }) {
  const { lang } = useWords()
  const shown = SEVERITIES.flatMap((severity): [Level, number][] => (counts[severity] ? [[severity, counts[severity] ?? 0]] : []))
  const most = Math.max(...shown.map(([, count]) => count), 1)
  return (
    <div className="bars">
      {shown.map(([severity, count]) => (
        <Link key={severity} to="/alerts" search={{ severity, status: OPEN }}>
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

function Most({ hit }: { hit: Target[] }) {
  const { t, lang } = useWords()
  const most = hit[0]?.alerts ?? 1
  if (!hit.length) return <p className="quiet">{t('console.home.nothing_hit')}</p>
  return (
    <div className="bars">
      {hit.map(({ name, alerts, ip, worst }) => (
        <Link key={name} to="/alerts" search={{ status: OPEN, ...(ip ? { 'destination.ip': ip } : {}) }}>
          <span className="line">{name}</span>
          <Track share={alerts / most} colour={`var(--b-${worst}-mark)`} />
          <span className="num">{number(alerts, lang)}</span>
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
    <section className="card full">
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
                    <td><Link to="/sensors/$id" params={{ id: each.id }}>{each.id}</Link></td>
                    <td><Tag kind={each.state === 'ok' ? 'good' : 'warn'}>{word('console.sensor.state', each.state)}</Tag></td>
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
