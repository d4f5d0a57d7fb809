/** What to do, prepared in quiet hours: playbooks, and the runs of them that go on or wait for somebody. */
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import type { Playbook, Run } from './types.ts'

const STATE: Record<string, string> = { successfully_executed: 'good', ongoing: 'warn' }
export const stateKind = (state: string | null): string => (state === null ? '' : (STATE[state] ?? 'bad'))
export const EFFECT: Record<string, string> = { network: 'warn', process: 'bad' }

export function Playbooks() {
  const { t } = useWords()
  const search = useSearch({ strict: false }) as Search
  const runs = search['show'] === 'runs'
  return (
    <Screen title={t('console.nav.playbooks')}>
      <nav className="tabs" aria-label={t('console.nav.playbooks')}>
        <Link to="/playbooks" search={{}} activeOptions={{ exact: true, includeSearch: true }}>{t('console.nav.playbooks')}</Link>
        <Link to="/playbooks" search={{ show: 'runs' }} activeOptions={{ exact: true, includeSearch: true }}>{t('console.playbooks.runs')}</Link>
      </nav>
      {runs ? <Runs /> : <List />}
    </Screen>
  )
}

function List() {
  const { t, word, lang } = useWords()
  const playbooks = useQuery({ queryKey: ['playbooks'], queryFn: () => get<Page<Playbook>>('/playbooks'), staleTime: 300_000 })
  return (
    <Answered query={playbooks}>
      {({ items }) => (
        <Sheet>
          <table className="plain rows">
            <thead>
              <tr>
                <th scope="col">{t('console.playbooks.name')}</th>
                <th scope="col" className="num">{t('console.playbooks.steps')}</th>
                <th scope="col">{t('console.playbooks.effect')}</th>
                <th scope="col">{t('console.story.objects')}</th>
                <th scope="col">{t('console.playbooks.rules')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <tr key={each.slug}>
                  <td>
                    <Link to="/playbooks/$slug" params={{ slug: each.slug }} search={{}} className="strong">{each.text[lang].name}</Link>
                    <div className="quiet">{each.text[lang].description}</div>
                  </td>
                  <td className="num">{each.steps}</td>
                  <td><Tag kind={EFFECT[each.strongest_effect] ?? ''}>{word('playbooks.effect', each.strongest_effect)}</Tag></td>
                  <td>{each.objects.map((one) => word('object', one)).join(', ')}</td>
                  <td className="quiet">{each.rules.join(', ') || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sheet>
      )}
    </Answered>
  )
}

export function Runs({ alert }: { alert?: string }) {
  const { t, word, lang } = useWords()
  const runs = useQuery({ queryKey: ['runs', alert ?? ''], queryFn: () => get<Page<Run>>('/runs', alert ? { alert } : {}) })
  return (
    <Answered query={runs}>
      {({ items }) =>
        items.length === 0 ? (
          alert ? null : <Empty title={t('console.playbooks.no_runs')}>{t('console.playbooks.no_runs_mend')}</Empty>
        ) : (
          <div className={alert ? '' : 'sheet-of'}>
            <table className="plain rows">
              <thead>
                <tr>
                  <th scope="col">{t('console.playbooks.run')}</th>
                  <th scope="col">{t('console.audit.at')}</th>
                  <th scope="col">{t('console.audit.who')}</th>
                  <th scope="col">{t('console.alerts.column.state')}</th>
                  <th scope="col">{t('console.playbooks.waits')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((run) => (
                  <tr key={run.id}>
                    <td><Link to="/runs/$id" params={{ id: run.id }}>{run.name[lang]}</Link> {run.dry && <Tag>{t('console.playbooks.dry')}</Tag>}</td>
                    <td><Moment at={run.at} /></td>
                    <td>{run.by}</td>
                    <td><Tag kind={stateKind(run.state)}>{word('playbooks.status', run.state)}</Tag></td>
                    <td>{run.waiting.map((each) => word('playbooks.waiting', each)).join(', ') || '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Answered>
  )
}
