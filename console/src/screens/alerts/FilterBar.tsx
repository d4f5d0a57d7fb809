/** Above the table: what the list is narrowed to, each as a word that a click takes away. */
import { Button, Menu, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconChevronDown, IconSearch, IconX } from '@tabler/icons-react'
import { useEffect, useState, type RefObject } from 'react'
import { CLASSES, STATUSES, type Alert, type Status } from '../../api/types.ts'
import { TimePicker } from '../../parts/TimePicker.tsx'
import { SEVERITIES, type Severity } from '../../theme/palette.ts'
import { useWords, type TextKey } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { Export } from './Export.tsx'
import { GROUPS, SORTS, SPANS, type Filter } from './filter.ts'
import { Narrow } from './Narrow.tsx'
import { tally } from './rows.ts'
import { Views } from './Views.tsx'

interface Props {
  filter: Filter
  alerts: Alert[]
  search: RefObject<HTMLInputElement | null>
  change: (part: Partial<Filter>) => void
}

export function FilterBar({ filter, alerts, search, change }: Props) {
  const { t, word, lang } = useWords()
  const [typed, setTyped] = useState(filter.text ?? '')
  useEffect(() => setTyped(filter.text ?? ''), [filter.text])
  const settle = useDebouncedCallback((text: string) => change({ text: text.trim() || null }), 300)
  // The filter is a floor; nothing is above critical.
  const least = (severity: Severity) =>
    severity === SEVERITIES[0] ? word('severity', severity) : t('console.alerts.at_least', { severity: word('severity', severity) })
  const toggle = (status: Status) => {
    const next = filter.status.includes(status) ? filter.status.filter((each) => each !== status) : [...filter.status, status]
    change({ status: next.length ? STATUSES.filter((each) => next.includes(each)) : ['new'] })
  }
  return (
    <div className="filters">
      <div className="segments" role="group" aria-label={t('console.alerts.column.state')}>
        {STATUSES.map((status) => (
          <button key={status} type="button" aria-pressed={filter.status.includes(status)} onClick={() => toggle(status)}>
            {word('status', status)}
          </button>
        ))}
      </div>
      <TextInput
        ref={search}
        className="find"
        leftSection={<IconSearch size={14} aria-hidden />}
        placeholder={t('console.alerts.search')}
        aria-label={t('console.alerts.search')}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          settle(event.currentTarget.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <Choose label={t('console.alerts.severity')} chosen={filter.severity ? least(filter.severity) : null} items={[[null, t('console.alerts.any')], ...SEVERITIES.slice(0, 4).map((each): [string, string] => [each, least(each)])]} pick={(value) => change({ severity: value as Filter['severity'] })} />
      <Choose label={t('console.alerts.class')} chosen={filter.class.map((each) => word('class', each)).join(', ') || null} items={[[null, t('console.alerts.triage_classes')], ...CLASSES.map((each): [string, string] => [each, word('class', each)])]} pick={(value) => change({ class: value ? [value] : [] })} />
      <TimePicker any chosen={{ start: filter.start, end: filter.end }} spans={SPANS} pick={change} />
      <Choose label={t('console.alerts.group')} chosen={filter.group === 'none' ? null : t(`console.alerts.group_by.${filter.group}`)} items={GROUPS.map((each): [string, string] => [each, t(`console.alerts.group_by.${each}`)])} pick={(value) => change({ group: (value ?? 'none') as Filter['group'] })} />
      <Choose label={t('console.alerts.sort')} chosen={filter.sort === '-severity' ? null : t(`console.alerts.sort_by.${filter.sort}` as TextKey)} items={SORTS.map((each): [string, string] => [each, t(`console.alerts.sort_by.${each}` as TextKey)])} pick={(value) => change({ sort: (value ?? '-severity') as Filter['sort'] })} />
      <Narrow filter={filter} change={change} />
      <Views filter={filter} />
      <Export filter={filter} />
      <Chips filter={filter} change={change} />
      <div className="grow" />
      <div className="tally" role="group" aria-label={t('console.alerts.severity')}>
        {tally(alerts).map(([severity, count]) => (
          <button key={severity} type="button" className={`severity ${severity}`} onClick={() => change({ severity: filter.severity === severity ? null : severity })}>
            <span className="num">{number(count, lang)}</span> {word('severity', severity)}
          </button>
        ))}
      </div>
    </div>
  )
}

function Chips({ filter, change }: Pick<Props, 'filter' | 'change'>) {
  const { t } = useWords()
  const shown: [string, string, Partial<Filter>][] = [
    ...filter.rule.map((rule): [string, string, Partial<Filter>] => [t('console.alerts.rule'), rule, { rule: filter.rule.filter((each) => each !== rule) }]),
    ...(filter.source ? ([[t('console.alerts.source'), filter.source, { source: null }]] as [string, string, Partial<Filter>][]) : []),
    ...(filter.destination ? ([[t('console.alerts.destination'), filter.destination, { destination: null }]] as [string, string, Partial<Filter>][]) : []),
    ...(filter.incident ? ([[t('console.alerts.incident'), filter.incident.slice(0, 8), { incident: null }]] as [string, string, Partial<Filter>][]) : []),
    ...(filter.assignee ? ([[t('console.alerts.assignee'), filter.assignee, { assignee: null }]] as [string, string, Partial<Filter>][]) : []),
  ]
  return (
    <>
      {shown.map(([name, value, without]) => (
        <span key={name + value} className="chip">
          {name}: {value}
          <button type="button" className="icon" aria-label={t('console.alerts.without', { name, value })} onClick={() => change(without)}>
            <IconX size={12} />
          </button>
        </span>
      ))}
    </>
  )
}

function Choose({ label, chosen, items, pick }: { label: string; chosen: string | null; items: [string | null, string][]; pick: (value: string | null) => void }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant={chosen ? 'light' : 'subtle'} color={chosen ? 'reed' : 'gray'} className="choose" rightSection={<IconChevronDown size={13} aria-hidden />}>
          {label}
          {chosen && <b>{chosen}</b>}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(([value, text]) => (
          <Menu.Item key={text} onClick={() => pick(value)}>
            {text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
