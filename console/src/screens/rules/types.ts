import type { Severity } from '../../theme/palette.ts'

export interface RuleText {
  title: string
  what: string
  why: string
  do: string[]
  description: string
  harmless: string[]
  safety: string
}

export interface Rule {
  name: string
  id: string
  version: string
  status: string
  level: Severity
  class: string
  learnable: string
  dataset: string | null
  correlates: string[]
  techniques: string[]
  objects: string[]
  controls: string[]
  needs: string[]
  lacking: string[]
  playbook: string | null
  proof: { positive: string[]; benign: string[] }
  text: { en: RuleText; zh: RuleText }
  source?: string | null
  /** What its last drill showed. */
  drill: { state: 'passed' | 'failed'; at: string; passed_at: string | null; drill: string } | null
}

export interface Coverage {
  tactics: { id: string; name: string }[]
  techniques: { id: string; name: string; tactics: string[]; rules: string[] }[]
  covered: number
}
