import type { Severity } from '../../theme/palette.ts'

export const HOPS = ['sensor', 'store', 'alert', 'incident', 'notification', 'playbook'] as const
export type HopName = (typeof HOPS)[number]
export type Outcome = 'passed' | 'failed'

interface Both {
  en: string
  zh: string
}
/** What came of one hop; times in ns. */
export interface Hop {
  hop: HopName
  state: 'arrived' | 'failed' | 'skipped' | 'not_reached'
  ns: number | null
  code: string | null
  told: Both
}
export interface Trial {
  rule: string
  capture: string | null
  state: Outcome
  failed: HopName | null
  alert: string | null
  severity: Severity | null
  playbook: string | null
  hops: Hop[]
}
export interface Drill {
  id: string
  state: 'asked' | 'running' | 'done'
  at: string
  by: string
  ended_at: string | null
  rules: string[]
  rounds: number
  done: number
  capture: string | null
  result: { state: Outcome; rules: number; failed: string[]; stopped: string[]; times: Partial<Record<HopName, { median: number; longest: number }>> } | null
  unsigned: string | null
  trials?: Trial[] | null
}
export interface LastResult {
  rule: string
  state: Outcome
  at: string
  drill: string
  before: Outcome | null
  passed_at: string | null
  failed: HopName | null
  capture: string | null
  told: Both
  title: Both | null
}
export interface Results {
  items: LastResult[]
  never: string[]
}
export interface Verification {
  holds: boolean
  signature: string
  fingerprint: string | null
}
