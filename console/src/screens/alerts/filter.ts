/** What the list shows, as it stands in the address; and what of it the API is asked. */
import type { Query } from '../../api/client.ts'
import { CLASSES, STATUSES, type Alert, type Status } from '../../api/types.ts'
import type { Search } from '../../router.tsx'
import { SEVERITIES, type Severity } from '../../theme/palette.ts'

export const SORTS = ['-severity', '-last_seen', 'last_seen', '-first_seen', 'first_seen', '-count'] as const
export const GROUPS = ['none', 'rule', 'source', 'destination', 'zone', 'technique', 'incident'] as const
export type Group = (typeof GROUPS)[number]
export const SPANS = ['1h', '24h', '7d', '30d'] as const
export const MOST = 10_000

/** The columns that a row shows; the rest is asked when an alert is opened. */
const FIELDS = [
  'precedent', 'count', 'rule.name', 'class', 'severity', 'threat.technique.id', 'first_seen', 'last_seen', 'network.protocol',
  'source.ip', 'source.mac', 'source.asset', 'source.zone', 'destination.ip', 'destination.mac', 'destination.port',
  'destination.asset', 'destination.zone', 'destination.criticality', 'status', 'resolution', 'assignee', 'incident', 'suppressed_by',
  'drill', 'etag', 'told', 'playbook', 'sensor',
].join(',')

export interface Filter {
  status: Status[]
  severity: Severity | null
  class: string[]
  rule: string[]
  source: string | null
  destination: string | null
  incident: string | null
  assignee: string | null
  text: string | null
  start: string | null
  end: string | null
  suppressed: boolean
  sort: (typeof SORTS)[number]
  group: Group
  open: string | null
}

const many = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])
const one = (value: string | string[] | undefined): string | null => many(value)[0] ?? null
const known = <T extends string>(value: string | null, words: readonly T[]): T | null =>
  (words as readonly string[]).includes(value ?? '') ? (value as T) : null

export function filterOf(search: Search): Filter {
  const status = many(search['status']).filter((each): each is Status => known(each, STATUSES) !== null)
  return {
    status: status.length ? status : ['new'],
    severity: known(one(search['severity']), SEVERITIES),
    class: many(search['class']).filter((each) => known(each, CLASSES) !== null),
    rule: many(search['rule.name']),
    source: one(search['source.ip']),
    destination: one(search['destination.ip']),
    incident: one(search['incident']),
    assignee: one(search['assignee']),
    text: one(search['text']),
    start: one(search['start']),
    end: one(search['end']),
    suppressed: one(search['suppressed']) === 'true',
    sort: known(one(search['sort']), SORTS) ?? '-severity',
    group: known(one(search['group']), GROUPS) ?? 'none',
    open: one(search['open']),
  }
}

/** The address of a filter: what is as usual is left out. */
export function searchOf(filter: Filter): Search {
  const usual = filterOf({})
  const said: [string, string | string[] | null, unknown][] = [
    ['status', filter.status, usual.status], ['severity', filter.severity, null], ['class', filter.class, usual.class],
    ['rule.name', filter.rule, usual.rule], ['source.ip', filter.source, null], ['destination.ip', filter.destination, null],
    ['incident', filter.incident, null], ['assignee', filter.assignee, null], ['text', filter.text, null],
    ['start', filter.start, null], ['end', filter.end, null], ['suppressed', filter.suppressed ? 'true' : null, null],
    ['sort', filter.sort, usual.sort], ['group', filter.group, usual.group], ['open', filter.open, null],
  ]
  const told = said.filter(([, value, normal]) => value !== null && String(value) !== String(normal) && value.length > 0)
  return Object.fromEntries(told.map(([name, value]) => [name, value as string | string[]]))
}

/** Which alerts a filter means, as the API is asked. */
export function chosenBy(filter: Filter): Query {
  return {
    status: filter.status,
    severity: filter.severity,
    class: filter.class,
    'rule.name': filter.rule,
    'source.ip': filter.source,
    'destination.ip': filter.destination,
    incident: filter.incident,
    assignee: filter.assignee,
    text: filter.text,
    start: filter.start,
    end: filter.end,
    suppressed: filter.suppressed,
  }
}

export const queryOf = (filter: Filter): Query => ({ ...chosenBy(filter), sort: filter.sort, fields: FIELDS })

/** Which list of the cache a filter is: everything that the API is asked, nothing that only this screen knows. */
export const listKey = (filter: Filter) => ['alerts', queryOf(filter)] as const

/** Whether an alert still belongs in the list after somebody decided about it here. */
export const belongs = (alert: Alert, filter: Filter): boolean => filter.status.includes(alert.status)
