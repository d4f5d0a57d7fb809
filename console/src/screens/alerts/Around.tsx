/** What else belongs to an alert: those before it, those beside it, what people did. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get } from '../../api/client.ts'
import type { Alert, Page } from '../../api/types.ts'
import { Moment, Severity } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'

const MOST = 6
const AROUND = 15 * 60_000

export function WhatElse({ alert }: { alert: Alert }) {
  const { t, lang } = useWords()
  const source = alert['source.ip']
  const window = { start: new Date(Date.parse(alert.first_seen) - AROUND).toISOString(), end: new Date(Date.parse(alert.last_seen) + AROUND).toISOString() }
  const related = useQuery({
    queryKey: ['related', alert.id],
    queryFn: () =>
      get<Page<Alert>>('/alerts', { 'source.ip': source, ...window, sort: '-severity', limit: MOST + 1, status: ['new', 'in_progress', 'closed'] }),
    enabled: Boolean(source),
  })
  const others = related.data?.items.filter((each) => each.id !== alert.id).slice(0, MOST) ?? []
  return (
    <>
      {alert.incident && (
        <p>
          <Link to="/incidents/$id" params={{ id: alert.incident }}>{t('console.story.incident')}</Link>
        </p>
      )}
      {alert.precedent && <Before id={alert.precedent} />}
      {others.length > 0 && (
        <>
          <p className="quiet">{t('console.story.same_source', { source: alert['source.asset'] ?? source ?? '' })}</p>
          <ul className="related">
            {others.map((each) => (
              <li key={each.id}>
                <Link to="/alerts/$id" params={{ id: each.id }}>
                  <Severity level={each.severity} />
                  <span className="line">{each.told[lang].title}</span>
                  <Moment at={each.last_seen} />
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {!alert.incident && !alert.precedent && others.length === 0 && <p className="quiet">{t('console.story.alone')}</p>}
    </>
  )
}

function Before({ id }: { id: string }) {
  const { t, word } = useWords()
  const before = useQuery({ queryKey: ['alert', id], queryFn: () => get<Alert>(`/alerts/${id}`) })
  const closing = before.data?.history?.findLast((line) => line.what === 'status' && line.to === 'closed')
  return (
    <p className="precedent">
      <Link to="/alerts/$id" params={{ id }}>{t('console.story.before')}</Link>
      {closing && (
        <>
          {' '}
          {t('console.story.before_closed', { resolution: word('resolution', before.data?.resolution), who: closing.who, reason: closing.reason ?? '–' })} <Moment at={closing.at} />
        </>
      )}
    </p>
  )
}

export function History({ alert }: { alert: Alert }) {
  const { t, word } = useWords()
  const said = (value: string | null, what: string) => (value == null ? '–' : what === 'status' || what === 'resolution' ? word(what, value) : value)
  if (!alert.history?.length) return <p className="quiet">{t('console.history.none')}</p>
  return (
    <ul className="history">
      {alert.history.toReversed().map((line, index) => (
        <li key={`${line.at} ${line.what} ${index}`}>
          <Moment at={line.at} /> <b>{line.who}</b>{' '}
          {line.what === 'comment' ? t('console.history.comment') : t('console.history.change', { what: word('console.history.what', line.what), from: said(line.from, line.what), to: said(line.to, line.what) })}
          {line.reason && <blockquote>{line.reason}</blockquote>}
        </li>
      ))}
    </ul>
  )
}
