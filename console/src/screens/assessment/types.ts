export const STATES = ['pass', 'fail', 'inconclusive', 'not_applicable'] as const
export type State = (typeof STATES)[number]

export interface Reason {
  code: string
  parameters: Record<string, unknown>
}
export interface Result {
  query: string
  kind: string
  state: State
  rows: number
  digest: string
  sample: Record<string, unknown>[]
  measure: number | null
  needed: number | null
  reasons: Reason[]
  visibility: Reason[]
}
export interface Verdict {
  control: string
  framework: string
  state: State
  basis: string
  measured_state: State
  queries: string[]
  decisive: string[]
  reasons: Reason[]
  judgement: Record<string, unknown> | null
}
export interface Cell {
  object: string
  means: string
  rules: number
  queries: number
  playbooks: number
  proofs: number
  passed: number
  failed: number
  inconclusive: number
}
export interface Action {
  id: string
  control: string
  query: string | null
  severity: string
  summary: Reason
  assets: string[]
  owner: string | null
  due: string
}
export interface Framework {
  id: string
  title: { en: string; zh: string }
  version: string
  issuer: string
  licence: string
  controls: { control: string; title: { en: string; zh: string }; evidence: string; queries: string[] }[]
}
export interface Assessment {
  id: string
  name: string
  made_at: string
  made_by: string
  start: string
  end: string
  zones: string[]
  site_digest: string
  rules_digest: string
  states: Record<string, Partial<Record<State, number>>>
  frameworks?: { id: string; title: { en: string; zh: string }; version: string; controls: number }[]
  visibility?: { zones: { zone: string; uptime: number | null; loss: number | null; one_way: number | null; encrypted: number | null; flows: number; blind: Reason[] }[]; packets: number; blind: Reason[] }
  results?: Result[]
  verdicts?: Verdict[]
  matrix?: Cell[]
  actions?: Action[]
}
export interface Report {
  id: string
  at: string
  assessment: string
  template: string
  languages: string[]
  by: string
  sha256: string
  size: number
  signed_by: string | null
  forms: string[]
}
export interface Verification {
  holds: boolean
  signature: string
  fingerprint: string | null
  changed: string[]
  missing: string[]
  added: string[]
}
