/** The lines of the table: alerts, and the heads of their groups. Pure. */
import type { Alert } from '../../api/types.ts'
import type { Language } from '../../text/i18n.ts'
import { SEVERITIES, type Severity } from '../../theme/palette.ts'
import type { Group } from './filter.ts'

export interface Head {
  kind: 'head'
  key: string
  label: string
  alerts: Alert[]
  worst: Severity
  count: number
  open: boolean
}
export interface Line {
  kind: 'alert'
  key: string
  alert: Alert
  inside: boolean
}
export type Row = Head | Line

/** The name of one end: the asset's, else its address. */
export function endName(alert: Alert, side: 'source' | 'destination'): string {
  return alert[`${side}.asset`] ?? alert[`${side}.ip`] ?? alert[`${side}.mac`] ?? '–'
}

function groupOf(alert: Alert, group: Group, lang: Language): [string, string] {
  switch (group) {
    case 'rule':
      return [alert['rule.name'], alert.told[lang].title]
    case 'source':
    case 'destination': {
      const name = endName(alert, group)
      return [name, name]
    }
    case 'zone': {
      const way = `${alert['source.zone'] ?? '–'} → ${alert['destination.zone'] ?? '–'}`
      return [way, way]
    }
    case 'technique': {
      const technique = alert['threat.technique.id'][0] ?? '–'
      return [technique, technique]
    }
    case 'incident':
      return [alert.incident ?? '–', alert.incident ?? '–']
    case 'none':
      return ['', '']
  }
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity)

export function rowsOf(alerts: Alert[], group: Group, closed: ReadonlySet<string>, lang: Language): Row[] {
  const line = (alert: Alert, inside: boolean): Line => ({ kind: 'alert', key: alert.id, alert, inside })
  if (group === 'none') return alerts.map((alert) => line(alert, false))
  const groups = new Map<string, { label: string; alerts: Alert[] }>()
  for (const alert of alerts) {
    const [key, label] = groupOf(alert, group, lang)
    const known = groups.get(key)
    if (known) known.alerts.push(alert)
    else groups.set(key, { label, alerts: [alert] })
  }
  return [...groups].flatMap(([key, { label, alerts: inside }]): Row[] => {
    if (inside.length === 1 && inside[0]) return [line(inside[0], false)]
    const worst = inside.reduce<Severity>((so, { severity }) => (rank(severity) < rank(so) ? severity : so), 'informational')
    const head: Head = {
      kind: 'head', key: `group ${key}`, label, alerts: inside, worst, count: inside.reduce((sum, { count }) => sum + count, 0),
      open: !closed.has(`group ${key}`),
    }
    return head.open ? [head, ...inside.map((alert) => line(alert, true))] : [head]
  })
}

/** How many alerts of each severity, worst first. */
export function tally(alerts: Alert[]): [Severity, number][] {
  const counts = new Map<Severity, number>()
  for (const { severity } of alerts) counts.set(severity, (counts.get(severity) ?? 0) + 1)
  return SEVERITIES.flatMap((severity): [Severity, number][] => (counts.has(severity) ? [[severity, counts.get(severity) ?? 0]] : []))
}
