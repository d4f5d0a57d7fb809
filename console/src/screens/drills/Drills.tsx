/** Drills: proofs go through the real pipeline, and each hop must see its own arrive. Which rules still find theirs. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Page } from '../../api/types.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { failed } from '../../parts/toasts.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Progress } from './Progress.tsx'
import type { Drill, LastResult, Results } from './types.ts'

/** Asks for a drill and goes to it. */
export function useDrill(): (wanted: { rules?: string[]; playbook?: string; all?: boolean }) => void {
  const navigate = useNavigate()
  const client = useQueryClient()
  return (wanted) =>
    void call<Drill>('POST', '/drills', { body: wanted }).then((drill) => {
      void client.invalidateQueries({ queryKey: ['drills'] })
      void navigate({ to: '/drills/$id', params: { id: drill.id } })
    }, failed)
}

const CHANGING = 2000

export function Drills() {
  const { t } = useWords()
  const drills = useQuery({
    queryKey: ['drills', 'list'],
    queryFn: () => get<Page<Drill>>('/drills'),
    refetchInterval: ({ state }) => (state.data?.items.some((each) => each.state !== 'done') ? CHANGING : false),
  })
  const results = useQuery({ queryKey: ['drills', 'results'], queryFn: () => get<Results>('/drills/results') })
  const going = drills.data?.items.find((each) => each.state !== 'done')
  const start = <Start disabled={going !== undefined} />
  return (
    <Screen title={t('console.nav.drills')} note={t('console.drill.note')} actions={start}>
      <div className="stack">
        {going && <section className="card"><Link to="/drills/$id" params={{ id: going.id }}>{t('console.drill.goes_on')}</Link><Progress drill={going} /></section>}
        <Answered query={results}>
          {(found) =>
            found.items.length === 0 ? (
              <Empty title={t('console.drill.none')}>{t('console.drill.none_mend')}</Empty>
            ) : (
              <Last found={found} />
            )
          }
        </Answered>
        <Answered query={drills}>{({ items }) => (items.length ? <Past items={items} /> : null)}</Answered>
      </div>
    </Screen>
  )
}

function Start({ disabled }: { disabled: boolean }) {
  const { t, word } = useWords()
  const may = useMay()
  const drill = useDrill()
  const playbooks = useQuery({ queryKey: ['playbooks'], queryFn: () => get<Page<{ slug: string; rules: string[] }>>('/playbooks'), staleTime: 300_000, enabled: may('playbooks:read') })
  if (!may('drill:run')) return null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" disabled={disabled} rightSection={<IconChevronDown size={13} aria-hidden />}>{t('console.drill.of_playbook')}</Button>
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflow: 'auto' }}>
          {playbooks.data?.items.filter((each) => each.rules.length > 0).map((each) => (
            <Menu.Item key={each.slug} onClick={() => drill({ playbook: each.slug })}>{word('playbook', each.slug)}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button disabled={disabled} onClick={() => drill({ all: true })}>{t('console.drill.all')}</Button>
    </>
  )
}

/** The last result of each rule, those that stopped working first. */
function Last({ found }: { found: Results }) {
  const { t, lang } = useWords()
  const rank = ({ state, before }: LastResult): number => (state === 'passed' ? 2 : before === 'passed' ? 0 : 1)
  const items = found.items.toSorted((a, b) => rank(a) - rank(b) || a.rule.localeCompare(b.rule))
  const bad = items.filter((each) => each.state === 'failed').length
  return (
    <section>
      <p className="tools">
        <Tag kind={bad ? 'bad' : 'good'}>{bad ? t('console.drill.some_failed', { count: bad }) : t('console.drill.all_passed', { count: items.length })}</Tag>
        {found.never.length > 0 && <span className="quiet">{t('console.drill.never', { count: found.never.length })}</span>}
      </p>
      <Sheet>
        <table className="plain rows">
          <thead>
            <tr>
              <th scope="col">{t('console.alerts.rule')}</th>
              <th scope="col">{t('console.rules.title')}</th>
              <th scope="col">{t('console.drill.result')}</th>
              <th scope="col">{t('console.notify.at')}</th>
              <th scope="col">{t('console.drill.passed_at')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((each) => (
              <tr key={each.rule}>
                <td><Link to="/rules/$name" params={{ name: each.rule }}>{each.rule}</Link></td>
                <td className="strong">{each.title?.[lang]}</td>
                <td>
                  <Result state={each.state} />
                  {each.state === 'failed' && <> {each.failed && t(`console.drill.hop.${each.failed}`)}: {each.told[lang]} <span className="quiet mono">{each.capture}</span></>}
                </td>
                <td><Link to="/drills/$id" params={{ id: each.drill }}><Moment at={each.at} /></Link></td>
                <td><Moment at={each.passed_at} past /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sheet>
    </section>
  )
}

export function Result({ state }: { state: 'passed' | 'failed' }) {
  const { t } = useWords()
  return <Tag kind={state === 'passed' ? 'good' : 'bad'}>{t(`console.drill.state.${state}`)}</Tag>
}

function Past({ items }: { items: Drill[] }) {
  const { t } = useWords()
  return (
    <section className="card">
      <h2>{t('console.drill.past')}</h2>
      <table className="plain">
        <tbody>
          {items.map((each) => (
            <tr key={each.id}>
              <td><Link to="/drills/$id" params={{ id: each.id }}><Moment at={each.at} /></Link></td>
              <td>{each.by}</td>
              <td className="num">{t('console.drill.rules', { count: each.rules.length })}</td>
              <td>{each.result ? <Result state={each.result.state} /> : <Tag>{t(`console.drill.state.${each.state}`)}</Tag>}</td>
              <td className="quiet">{each.result?.failed.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
