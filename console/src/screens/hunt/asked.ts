/** A question to the stored traffic, as it stands in the address. */
import type { Search } from '../../router.tsx'

export interface Asked {
  dataset: string
  query: string
  start: string
  end: string
  by: string[]
}
export interface Fields {
  datasets: { name: string; fields: { name: string; type: string; unit: string | null; en: string; zh: string }[] }[]
}
export interface Groups {
  groups: { values: Record<string, unknown>; count: number; first: string; last: string }[]
  whole: boolean
  total: number
}

export const SPANS = ['1h', '24h', '7d', '30d', '365d']
/** What a row shows of itself, as far as the dataset has it. */
export const COLUMNS = [
  'source.ip', 'destination.ip', 'network.protocol', 'ot.operation', 'ot.function.name', 'ot.object.address', 'ot.value.text', 'event.outcome',
  'ot.session_kind', 'user.name', 'ot.flag', 'ot.attribute', 'ot.attribute_value', 'ot.link_kind', 'ot.finding', 'ot.entity', 'ot.cadence.kind',
  'ot.cadence.count', 'ot.counter', 'ot.count', 'ot.flow_state', 'file.name',
]

export function asked(search: Search): Asked {
  const one = (name: string, usual: string): string => {
    const value = search[name]
    return typeof value === 'string' ? value : usual
  }
  const by = search['by'] ?? []
  return { dataset: one('dataset', 'transaction'), query: one('query', ''), start: one('start', '24h'), end: one('end', ''), by: (Array.isArray(by) ? by : [by]).slice(0, 3) }
}

/** `field:value` as the API reads it: quoted where it holds more than a plain word. */
export function condition(name: string, value: unknown, without = false): string {
  const text = String(value)
  const plain = /^[\w.:/-]+$/.test(text)
  return `${without ? '-' : ''}${name}:${plain ? text : JSON.stringify(text)}`
}
