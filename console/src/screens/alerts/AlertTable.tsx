/** The table of alerts: ten thousand rows, of which only those in sight are drawn. */
import { IconChevronDown, IconChevronRight, IconEyeOff, IconMessage2, IconRepeat } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type RefObject } from 'react'
import type { Alert } from '../../api/types.ts'
import { usePreferences } from '../../parts/preferences.ts'
import { Moment, Severity, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { endName, type Head, type Row } from './rows.ts'

export const ROW = { roomy: 48, dense: 30 }
const COLUMNS = ['select', 'severity', 'what', 'way', 'count', 'last_seen', 'state'] as const

interface Props {
  rows: Row[]
  total: number
  more: boolean
  active: number
  selected: ReadonlySet<string>
  grid: RefObject<HTMLDivElement | null>
  onActive: (index: number) => void
  onOpen: (row: Row) => void
  onSelect: (id: string) => void
}

export function AlertTable({ rows, total, more, active, selected, grid, onActive, onOpen, onSelect }: Props) {
  const { t, lang } = useWords()
  const [{ dense }] = usePreferences()
  const height = dense ? ROW.dense : ROW.roomy
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => grid.current, estimateSize: () => height, overscan: 12, scrollPaddingStart: 34 })
  useEffect(() => virtual.measure(), [height, virtual])
  const seen = useRef(active)
  useEffect(() => {
    if (active !== seen.current && active >= 0) virtual.scrollToIndex(active, { align: 'auto' })
    seen.current = active
  }, [active, virtual])
  const row = rows[active]
  return (
    <>
    <div
      ref={grid}
      className={dense ? 'grid dense' : 'grid'}
      role="grid"
      tabIndex={0}
      aria-label={t('console.nav.alerts')}
      aria-rowcount={rows.length + 1}
      aria-multiselectable
      aria-activedescendant={row ? `row-${row.key}` : undefined}
    >
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1} className="row">
          {COLUMNS.map((name) => (
            <div key={name} role="columnheader" className={`cell ${name}`}>
              {name === 'select' ? <span className="sr">{t('console.alerts.column.select')}</span> : t(`console.alerts.column.${name}`)}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const each = rows[index]
          if (!each) return null
          const isSelected = each.kind === 'alert' && selected.has(each.alert.id)
          return (
            <div
              key={each.key}
              id={`row-${each.key}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={isSelected}
              data-active={index === active || undefined}
              className={`row ${each.kind}${isSelected ? ' selected' : ''}`}
              style={{ transform: `translateY(${start}px)`, height }}
              onClick={() => {
                onActive(index)
                onOpen(each)
              }}
            >
              {each.kind === 'head' ? (
                <GroupCells head={each} />
              ) : (
                <AlertCells alert={each.alert} inside={each.inside} selected={isSelected} onSelect={() => onSelect(each.alert.id)} />
              )}
            </div>
          )
        })}
      </div>
    </div>
    <div className="sr" role="status">
      {t(more ? 'console.alerts.rows_more' : 'console.alerts.rows', { count: number(total, lang) })}
    </div>
    </>
  )
}

function GroupCells({ head }: { head: Head }) {
  const { t, lang } = useWords()
  const Sign = head.open ? IconChevronDown : IconChevronRight
  return (
    <>
      <div role="gridcell" className="cell select">
        <Sign size={15} aria-hidden />
      </div>
      <div role="gridcell" className="cell severity">
        <Severity level={head.worst} />
      </div>
      <div role="gridcell" className="cell what">
        <span className="line strong">{head.label}</span>
      </div>
      <div role="gridcell" className="cell way quiet">
        {t('console.alerts.in_group', { count: number(head.alerts.length, lang) })}
      </div>
      <div role="gridcell" className="cell count num">{number(head.count, lang)}</div>
      <div role="gridcell" className="cell last_seen" />
      <div role="gridcell" className="cell state" />
    </>
  )
}

function AlertCells({ alert, inside, selected, onSelect }: { alert: Alert; inside: boolean; selected: boolean; onSelect: () => void }) {
  const { t, word, lang } = useWords()
  const told = alert.told[lang]
  const critical = alert['destination.criticality'] === 'critical'
  return (
    <>
      <div role="gridcell" className="cell select" onClick={(event) => event.stopPropagation()}>
        <input type="checkbox" checked={selected} onChange={onSelect} tabIndex={-1} aria-label={t('console.alerts.select_one', { title: told.title })} />
      </div>
      <div role="gridcell" className="cell severity">
        <Severity level={alert.severity} />
      </div>
      <div role="gridcell" className={inside ? 'cell what inside' : 'cell what'} title={told.what}>
        <span className="line strong">{told.title}</span>
        <span className="line quiet">{told.what}</span>
      </div>
      <div role="gridcell" className="cell way">
        <span className="line">
          {endName(alert, 'source')} <span className="arrow">→</span> {endName(alert, 'destination')}
        </span>
        <span className="line quiet">
          {alert['network.protocol'] ?? '–'} · {alert['destination.zone'] ?? '–'}
          {critical && ` · ${word('console.criticality', 'critical')}`}
        </span>
      </div>
      <div role="gridcell" className="cell count num">{number(alert.count, lang)}</div>
      <div role="gridcell" className="cell last_seen">
        <Moment at={alert.last_seen} />
        <span className="line quiet"><Moment at={alert.last_seen} past /></span>
      </div>
      <div role="gridcell" className="cell state">
        <span className="line">
          {alert.status === 'new' ? <Tag kind="new">{word('status', 'new')}</Tag> : alert.status === 'closed' ? word('resolution', alert.resolution) : word('status', alert.status)}
          {alert.drill && <Tag>{word('term', 'drill')}</Tag>}
        </span>
        <span className="line quiet signs">
          {alert.assignee && <span>{alert.assignee}</span>}
          {alert.precedent && <IconRepeat size={13} aria-label={t('console.alerts.has_precedent')} />}
          {alert.suppressed_by && <IconEyeOff size={13} aria-label={t('console.alerts.is_suppressed')} />}
          {(alert.history?.length ?? 0) > 0 && <IconMessage2 size={13} aria-hidden />}
        </span>
      </div>
    </>
  )
}
