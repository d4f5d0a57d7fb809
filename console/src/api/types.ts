/** Documents of the API that the console reads, with the vocabulary's names. */
import type { Severity } from '../theme/palette.ts'

export const STATUSES = ['new', 'in_progress', 'closed'] as const
export type Status = (typeof STATUSES)[number]
export const RESOLUTIONS = ['true_positive', 'benign_trigger', 'false_positive', 'maintenance', 'duplicate'] as const
export type Resolution = (typeof RESOLUTIONS)[number]
export const CLASSES = ['threat', 'policy', 'posture', 'health'] as const

export interface Session {
  user: string
  display: string
  language: string | null
  roles: string[]
  permissions: string[]
  csrf: string | null
  ends: string | null
  must_change_password: boolean
  version: string
}

export interface Told {
  title: string
  what: string
  why?: string
  do?: string[]
  safety?: string
}

export interface Packets {
  capture: string
  first: number
  last: number
}

export interface HistoryLine {
  at: string
  who: string
  what: string
  from: string | null
  to: string | null
  reason: string | null
}

export interface Alert {
  id: string
  precedent: string | null
  sensor: string
  count: number
  occurrences: number
  'rule.name': string
  'rule.version': string
  class: string
  severity: Severity
  'threat.technique.id': string[]
  controls: string[]
  objects: string[]
  playbook: string | null
  lacking: string[]
  first_seen: string
  last_seen: string
  'network.protocol': string | null
  'source.ip'?: string | null
  'source.mac'?: string | null
  'source.port'?: number | null
  'source.asset'?: string | null
  'source.roles'?: string[] | null
  'source.zone'?: string | null
  'source.criticality'?: string | null
  'source.owner'?: string | null
  'destination.ip'?: string | null
  'destination.mac'?: string | null
  'destination.port'?: number | null
  'destination.asset'?: string | null
  'destination.roles'?: string[] | null
  'destination.zone'?: string | null
  'destination.criticality'?: string | null
  'destination.owner'?: string | null
  drill: boolean
  status: Status
  resolution: Resolution | null
  assignee: string | null
  incident: string | null
  suppressed_by: string | null
  etag: string
  told: { en: Told; zh: Told }
  events?: string[]
  packets?: Packets[]
  history?: HistoryLine[]
  parameters?: Record<string, unknown>
  explanation?: Record<string, unknown>
}

export interface Page<T> {
  items: T[]
  cursor: string | null
}

/** How many alerts there are of each value of some fields. */
export interface Facets {
  total: number
  facets: Record<string, { value: string | null; alerts: number }[]>
}

export interface View {
  id: string
  name: string
  screen: string
  owner: string
  shared: boolean
  state: Record<string, unknown>
  at: string
  etag: string
}
