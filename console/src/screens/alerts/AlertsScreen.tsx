/** The queue: what is wrong, worst first; every decision is one key. */
import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useMay, useSession } from '../../api/session.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Empty, Failed, Waiting } from '../../parts/states.tsx'
import { done } from '../../parts/toasts.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import { AlertTable } from './AlertTable.tsx'
import type { Asked } from './Dialogs.tsx'
import { LazyDialogs } from './LazyDialogs.tsx'
import { belongs, filterOf, searchOf, type Filter } from './filter.ts'
import { FilterBar } from './FilterBar.tsx'
import { useAlertList } from './list.ts'
import { useNews } from './news.ts'
import { rowsOf, type Row } from './rows.ts'
import { decideAll } from './triage.ts'

const fetchPanel = () => import('./AlertPanel.tsx')
const AlertPanel = lazy(() => fetchPanel().then((module) => ({ default: module.AlertPanel })))

export function AlertsScreen() {
  const { t, lang } = useWords()
  const search = useSearch({ strict: false }) as Search
  const filter = useMemo(() => filterOf(search), [search])
  const navigate = useNavigate()
  const change = (part: Partial<Filter>, replace = false) =>
    void navigate({ to: '/alerts', search: searchOf({ ...filter, ...part }), replace })
  const { list, more } = useAlertList(filter)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const alerts = useMemo(() => (list.data?.items ?? []).filter((alert) => belongs(alert, filter)), [list.data, filter])
  const rows = useMemo(() => rowsOf(alerts, filter.group, closed, lang), [alerts, filter.group, closed, lang])
  const news = useNews(filter)
  const fresh = () => {
    news.clear()
    void list.refetch()
  }

  const grid = useRef<HTMLDivElement>(null)
  const finder = useRef<HTMLInputElement>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useActive(rows, filter.open)
  const row = rows[active]
  const show = (next: Row | undefined) => {
    if (next?.kind === 'alert') change({ open: next.alert.id }, true)
    else if (next) setClosed((before) => (before.has(next.key) ? without(before, next.key) : new Set([...before, next.key])))
  }
  const move = (step: number, select = false) => {
    const to = Math.min(Math.max(active + step, 0), rows.length - 1)
    if (to < 0) return
    if (select) setSelected((before) => new Set([...before, ...[row, rows[to]].flatMap((each) => (each?.kind === 'alert' ? [each.alert.id] : []))]))
    setActive(to)
    const next = rows[to]
    if (filter.open && next?.kind === 'alert') change({ open: next.alert.id }, true)
  }
  const targets = (): string[] => {
    if (selected.size) return [...selected]
    if (row?.kind === 'head') return row.alerts.map((alert) => alert.id)
    return row ? [row.alert.id] : []
  }
  const toggle = (id: string) => setSelected((before) => (before.has(id) ? without(before, id) : new Set([...before, id])))
  const act = useActs(targets, () => setSelected(new Set()), setAsked)

  useKeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    J: () => move(1, true),
    K: () => move(-1, true),
    Enter: () => show(row),
    o: () => (row?.kind === 'alert' ? void navigate({ to: '/alerts/$id', params: { id: row.alert.id } }) : false),
    x: () => (row?.kind === 'alert' ? toggle(row.alert.id) : false),
    '*': () => setSelected(selected.size ? new Set() : new Set(alerts.map((alert) => alert.id))),
    '/': () => finder.current?.focus(),
    r: fresh,
    Escape: () => {
      if (filter.open) {
        change({ open: null }, true)
        grid.current?.focus()
        return undefined
      }
      if (!selected.size) return false
      setSelected(new Set())
      return undefined
    },
    ...act,
  })

  useEffect(() => void setTimeout(() => fetchPanel().catch(() => undefined), 300), [])
  useEffect(() => {
    if (list.data && document.activeElement === document.body) grid.current?.focus({ preventScroll: true })
  }, [list.data])

  return (
    <Screen
      title={t('console.nav.alerts')}
      flush
      actions={
        <>
          {news.count > 0 && (
            <button type="button" className="pill" onClick={fresh}>
              {t('console.alerts.new_ones', { count: news.count })}
            </button>
          )}
          <Button variant="subtle" color="gray" leftSection={<IconRefresh size={14} aria-hidden />} onClick={fresh} loading={list.isFetching && !list.isPlaceholderData}>
            {t('console.refresh')}
          </Button>
        </>
      }
    >
      <FilterBar filter={filter} alerts={alerts} search={finder} change={change} />
      {selected.size > 0 && <Bulk count={selected.size} act={act} clear={() => setSelected(new Set())} />}
      <div className="split">
        {list.isError && !list.data ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <Waiting />
        ) : rows.length === 0 ? (
          <Nothing filter={filter} change={change} />
        ) : (
          <AlertTable rows={rows} total={alerts.length} more={more} active={active} selected={selected} grid={grid} onActive={setActive} onOpen={show} onSelect={toggle} />
        )}
        {filter.open && <Suspense><AlertPanel id={filter.open} act={act} close={() => { change({ open: null }, true); grid.current?.focus() }} /></Suspense>}
      </div>
      <LazyDialogs asked={asked} close={() => { setAsked(null); setSelected(new Set()); setTimeout(() => grid.current?.focus(), 0) }} />
    </Screen>
  )
}

const without = (set: ReadonlySet<string>, key: string): ReadonlySet<string> => new Set([...set].filter((each) => each !== key))

/** The row under the cursor. It stays on its alert when others come or go; when it goes itself, on its place. */
function useActive(rows: Row[], open: string | null): [number, (index: number) => void] {
  const [index, setIndex] = useState(0)
  const key = useRef<string | null>(open)
  const at = key.current === null ? -1 : rows.findIndex((row) => row.key === key.current)
  const now = at >= 0 ? at : Math.min(index, Math.max(rows.length - 1, 0))
  useEffect(() => {
    key.current = rows[now]?.key ?? null
    setIndex(now)
  }, [rows, now])
  return [now, (next) => {
    key.current = rows[next]?.key ?? null
    setIndex(next)
  }]
}

export type Acts = Record<string, () => unknown>

/** What a key or button does to the alerts that are meant. */
export function useActs(targets: () => string[], after: () => void, ask: (asked: Asked) => void): Acts {
  const { t } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const { data: session } = useSession()
  const refuse = () => done(t('console.not_allowed'))
  const with_ = (permission: string, run: (ids: string[]) => void) => () => {
    const ids = targets()
    if (!ids.length) return false
    if (!may(permission)) return refuse()
    run(ids)
    return true
  }
  return {
    e: with_('alerts:take', (ids) => {
      const decision = { status: 'in_progress', assignee: session?.user ?? '' } as const
      void decideAll(client, ids, decision, (count) => t('console.done.taken', { count }))
      after()
    }),
    A: with_('alerts:take', (ids) => {
      void decideAll(client, ids, { assignee: session?.user ?? '' }, (count) => t('console.done.assigned', { count, name: session?.display ?? '' }))
      after()
    }),
    c: with_('alerts:close', (ids) => ask({ what: 'close', ids })),
    a: with_('alerts:take', (ids) => ask({ what: 'assign', ids })),
    n: with_('alerts:comment', (ids) => ask({ what: 'note', ids })),
    l: with_('alerts:learn', (ids) => ask({ what: 'learn', ids })),
    m: with_('alerts:mute', (ids) => ask({ what: 'mute', ids })),
  }
}

function Bulk({ count, act, clear }: { count: number; act: Acts; clear: () => void }) {
  const { t } = useWords()
  return (
    <div className="bulk" role="toolbar" aria-label={t('console.alerts.selected', { count })}>
      <strong>{t('console.alerts.selected', { count })}</strong>
      <Button variant="default" onClick={() => act['e']?.()}>{t('console.key.take')}</Button>
      <Button variant="default" onClick={() => act['a']?.()}>{t('console.key.assign')}</Button>
      <Button variant="default" onClick={() => act['c']?.()}>{t('console.key.close')}</Button>
      <Button variant="default" onClick={() => act['m']?.()}>{t('console.key.mute')}</Button>
      <Button variant="subtle" color="gray" onClick={clear}>{t('console.alerts.unselect')}</Button>
    </div>
  )
}

function Nothing({ filter, change }: { filter: Filter; change: (part: Partial<Filter>) => void }) {
  const { t } = useWords()
  const usual = searchOf({ ...filter, open: null, group: 'none', sort: '-severity' })
  const narrowed = Object.keys(usual).length > 0
  return narrowed ? (
    <Empty title={t('console.alerts.none_here')} action={<Button variant="default" onClick={() => change(filterOf({}))}>{t('console.alerts.show_all_new')}</Button>}>
      {t('console.alerts.none_here_mend')}
    </Empty>
  ) : (
    <Empty title={t('console.alerts.none')} action={<Button variant="default" onClick={() => change({ status: ['in_progress'] })}>{t('console.alerts.show_in_progress')}</Button>}>
      {t('console.alerts.none_mend')}
    </Empty>
  )
}
