/** Alerts with one cause, told as one story. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { STATUSES, type Page, type Status } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Moment, Severity, Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { say, useWords, type TextKey } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import type { Incident } from './types.ts'

export function Incidents() {
  const { t, word, lang } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Search
  const asked = search['status'] ?? ['new', 'in_progress']
  const status = (Array.isArray(asked) ? asked : [asked]) as Status[]
  const incidents = useQuery({ queryKey: ['incidents', status], queryFn: () => get<Page<Incident>>('/incidents', { status, limit: 1000 }) })
  const items = (incidents.data?.items ?? []).toSorted((a, b) => b.risk.score - a.risk.score)
  const [at, setAt] = useState(0)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const here = items[Math.min(at, items.length - 1)]
  const toggle = (id: string) => setChosen((before) => (before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id])))
  const turn = (each: Status) => {
    const next = status.includes(each) ? status.filter((one) => one !== each) : [...status, each]
    void navigate({ to: '/incidents', search: { status: next.length ? next : ['new', 'in_progress'] } })
  }
  const merge = () =>
    void call<{ decision: string }>('POST', '/incident-decisions', { body: { incidents: [...chosen], reason: say('console.incidents.by_hand') } }).then(({ decision }) => {
      setChosen(new Set())
      const refresh = () => void client.invalidateQueries({ queryKey: ['incidents'] })
      done(say('console.incidents.merged'), () => void call('DELETE', `/incident-decisions/${decision}`).then(refresh, failed))
      refresh()
    }, failed)
  useKeys({
    j: () => setAt(Math.min(at + 1, items.length - 1)),
    k: () => setAt(Math.max(at - 1, 0)),
    x: () => (here ? toggle(here.id) : false),
    Enter: () => (here ? void navigate({ to: '/incidents/$id', params: { id: here.id } }) : false),
    r: () => void incidents.refetch(),
  })
  return (
    <Screen title={t('console.nav.incidents')}>
      <div className="tools">
        <div className="segments" role="group" aria-label={t('console.alerts.column.state')}>
          {STATUSES.map((each) => (
            <button key={each} type="button" aria-pressed={status.includes(each)} onClick={() => turn(each)}>{word('status', each)}</button>
          ))}
        </div>
        {chosen.size > 1 && may('incidents:change') && <Button variant="default" onClick={merge}>{t('console.incidents.merge', { count: chosen.size })}</Button>}
      </div>
      <Answered query={incidents}>
        {() =>
          items.length === 0 ? (
            <Empty title={t('console.incidents.none')}>{t('console.incidents.none_mend')}</Empty>
          ) : (
            <Sheet>
              <table className="plain rows">
                <thead>
                  <tr>
                    <th scope="col"><span className="sr">{t('console.alerts.column.select')}</span></th>
                    <th scope="col" className="num">{t('console.incidents.risk')}</th>
                    <th scope="col">{t('console.alerts.severity')}</th>
                    <th scope="col">{t('console.alerts.column.what')}</th>
                    <th scope="col">{t('console.incidents.chain')}</th>
                    <th scope="col" className="num">{t('console.nav.alerts')}</th>
                    <th scope="col" className="num">{t('console.alerts.column.count')}</th>
                    <th scope="col">{t('console.alerts.column.last_seen')}</th>
                    <th scope="col">{t('console.alerts.column.state')}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((each) => (
                    <tr key={each.id} data-chosen={each === here || undefined}>
                      <td><input type="checkbox" checked={chosen.has(each.id)} onChange={() => toggle(each.id)} aria-label={t('console.alerts.select_one', { title: titleOf(each, word) })} /></td>
                      <td className="num strong">{each.risk.score}</td>
                      <td><Severity level={each.severity} /></td>
                      <td>
                        <Link to="/incidents/$id" params={{ id: each.id }} className="strong">{titleOf(each, word)}</Link>
                        <div className="quiet">{each.assets.join(', ')}</div>
                      </td>
                      <td><Chain tactics={each.tactics} /></td>
                      <td className="num">{number(each.alerts.length, lang)}</td>
                      <td className="num">{number(each.count, lang)}</td>
                      <td><Moment at={each.last_seen} /></td>
                      <td><Tag kind={each.status === 'new' ? 'new' : ''}>{each.status === 'closed' ? word('resolution', each.resolution) : word('status', each.status)}</Tag> <span className="quiet">{each.assignee}</span></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Sheet>
          )
        }
      </Answered>
    </Screen>
  )
}

/** Who against whom, and how far it went, with the tactic in the reader's language. */
export function titleOf({ title: { code, parameters } }: Incident, word: (group: string, code: string) => string): string {
  return say(code as TextKey, { ...parameters, tactic: word('console.tactic', String(parameters['tactic'])) })
}

/** The attack's stages in their order. */
export function Chain({ tactics }: { tactics: string[] }) {
  const { word } = useWords()
  return (
    <span className="chain">
      {tactics.map((tactic, index) => (
        <span key={tactic}>
          {index > 0 && <span className="arrow">→ </span>}
          {word('console.tactic', tactic)}
        </span>
      ))}
    </span>
  )
}
