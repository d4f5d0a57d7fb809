import type { HistoryLine, Resolution, Status } from '../../api/types.ts'
import type { Severity } from '../../theme/palette.ts'

export interface Coded {
  code: string
  parameters: Record<string, unknown>
  en: string
  zh: string
}
export interface Member {
  alert: string
  rule: string
  severity: Severity
  tactic: string | null
  first_seen: string
  last_seen: string
  count: number
  suppressed_by: string | null
  why: Coded
}
export interface Task {
  id: string
  code: string
  parameters: Record<string, unknown>
  playbook: string | null
  done: boolean
  who?: string
  at?: string
}
export interface Risk {
  score: number
  impact: { value: number; criticality: { value: number; asset: string | null; word: string }; operation: { value: number; tactic: string | null } }
  confidence: { value: number; rules: Record<string, number> }
  novelty: { value: number; seen_before: number; alerts: number }
}
export interface Incident {
  id: string
  etag: string
  title: Coded
  severity: Severity
  status: Status
  resolution: Resolution | null
  assignee: string | null
  first_seen: string
  last_seen: string
  count: number
  alerts: string[]
  assets: string[]
  zones: string[]
  techniques: string[]
  tactics: string[]
  risk: Risk
  drill: boolean
  merged_into: string | null
  members?: Member[]
  tasks?: Task[]
  timeline?: ({ at: string; kind: string } & Partial<Member> & Partial<HistoryLine>)[]
  measures?: Record<string, number | null>
  history?: HistoryLine[]
}
