/** What people called normal, and what they muted: who, why, until when; approve, refuse, take back. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { call, get } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.ts'
import type { Page } from '../../api/types.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { say, useWords } from '../../text/i18n.ts'
import { useRules } from '../rules/Rules.tsx'

interface Held {
  id: string
  at: string
  state: string
  rule: string | null
  by: string
  reason: string
  scope: Record<string, unknown>
  until: string | null
  approved_by?: string | null
  alerts?: string[]
}

const KIND = { active: 'good', proposed: 'warn' } as Record<string, string>

export function Baseline() {
  const { t } = useWords()
  const search = useSearch({ strict: false }) as Search
  const mutes = search['show'] === 'mutes'
  return (
    <Screen title={t('console.nav.baseline')} note={t('console.baseline.note')}>
      <nav className="tabs" aria-label={t('console.nav.baseline')}>
        <Link to="/baseline" search={{}} activeOptions={{ exact: true, includeSearch: true }}>{t('console.baseline.learned')}</Link>
        <Link to="/baseline" search={{ show: 'mutes' }} activeOptions={{ exact: true, includeSearch: true }}>{t('console.baseline.muted')}</Link>
      </nav>
      <List kind={mutes ? 'mutes' : 'baseline'} />
    </Screen>
  )
}

function List({ kind }: { kind: 'mutes' | 'baseline' }) {
  const { t, word, lang } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const { data: session } = useSession()
  const rules = useRules()
  const held = useQuery({ queryKey: [kind], queryFn: () => get<Page<Held>>(`/${kind}`) })
  const refresh = () => {
    void client.invalidateQueries({ queryKey: [kind] })
    void client.invalidateQueries({ queryKey: ['alerts'] })
  }
  const act = (method: string, path: string, body: unknown, text: string) =>
    void call(method, path, body === null ? {} : { body }).then(() => {
      done(text)
      refresh()
    }, failed)
  const title = (name: string | null) => rules.data?.items.find((each) => each.name === name)?.text[lang].title ?? name ?? '–'
  const mayUndo = may(kind === 'mutes' ? 'alerts:mute' : 'baseline:change')
  return (
    <Answered query={held}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t(kind === 'mutes' ? 'console.baseline.no_mutes' : 'console.baseline.none')}>{t(kind === 'mutes' ? 'console.baseline.no_mutes_mend' : 'console.baseline.none_mend')}</Empty>
        ) : (
          <Sheet>
            <table className="plain rows">
              <thead>
                <tr>
                  <th scope="col">{t('console.alerts.rule')}</th>
                  <th scope="col">{t('console.baseline.scope')}</th>
                  <th scope="col">{t('console.reason')}</th>
                  <th scope="col">{t('console.baseline.by')}</th>
                  <th scope="col">{t('console.baseline.at')}</th>
                  <th scope="col">{t('console.hold.until')}</th>
                  <th scope="col">{t('console.alerts.column.state')}</th>
                  <th scope="col"><span className="sr">{t('console.users.what')}</span></th>
                </tr>
              </thead>
              <tbody>
                {items.map((each) => (
                  <tr key={each.id}>
                    <td className="strong">{title(each.rule)} <div className="quiet">{each.rule}</div></td>
                    <td>{Object.entries(each.scope).filter(([name, value]) => name !== 'rule' && value != null && String(value) !== '').map(([name, value]) => <Tag key={name}>{word('console.baseline.part', name)}: {Array.isArray(value) ? value.join(', ') : String(value)}</Tag>)}</td>
                    <td>{each.reason}</td>
                    <td>{each.by}{each.approved_by && <div className="quiet">{t('console.baseline.approved', { name: each.approved_by })}</div>}</td>
                    <td><Moment at={each.at} /></td>
                    <td>{each.until ? <Moment at={each.until} /> : t('console.hold.for_good')}</td>
                    <td><Tag kind={KIND[each.state] ?? ''}>{word('console.baseline.state', each.state)}</Tag></td>
                    <td>
                      {each.state === 'proposed' && may('baseline:approve') && each.by !== session?.user && (
                        <>
                          <Button size="compact-sm" onClick={() => act('POST', `/baseline/${each.id}/approve`, {}, say('console.baseline.is_approved'))}>{t('console.baseline.approve')}</Button>{' '}
                          <Button size="compact-sm" variant="default" onClick={() => act('POST', `/baseline/${each.id}/refuse`, { text: say('console.baseline.refused_by', { name: session?.display ?? '' }) }, say('console.baseline.is_refused'))}>{t('console.baseline.refuse')}</Button>{' '}
                        </>
                      )}
                      {each.state === 'proposed' && each.by === session?.user && <span className="quiet">{t('console.baseline.another')} </span>}
                      {['active', 'proposed'].includes(each.state) && mayUndo && <Button size="compact-sm" variant="subtle" color="gray" onClick={() => act('DELETE', `/${kind}/${each.id}`, null, say('console.baseline.undone'))}>{t('console.baseline.undo')}</Button>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Sheet>
        )
      }
    </Answered>
  )
}
