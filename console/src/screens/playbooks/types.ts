export interface Step {
  number: number
  id: string
  kind: string
  depth: number
  on: string | null
  answer: string | null
  name: string
  text: string | null
  who: string | null
  safety: string | null
  undo: string | null
  action: string | null
  effect: string | null
  approvals: number
  manual: boolean
  tickable: boolean
  answers: { value: string; text: string }[]
  playbook: string | null
}
export interface Standing extends Step {
  status: string | null
  thread: string | null
  phase: string | null
  approved_by: string[]
  ticked_by: string | null
  arguments: Record<string, unknown> | null
}
export interface Graph {
  nodes: { id: string; kind: string; name: string; effect: string | null; approvals: number; manual: boolean; playbook: string | null; x: number; y: number }[]
  edges: { source: string; target: string; label: string }[]
}
interface Text {
  name: string
  description: string
  call: string
  safety: string
}
export interface Playbook {
  slug: string
  objects: string[]
  strongest_effect: string
  steps: number
  text: { en: Text; zh: Text }
  rules: string[]
  told?: { en: { steps: Step[]; graph: Graph }; zh: { steps: Step[]; graph: Graph } }
}
interface RunTold {
  steps: Standing[]
  lines: { at: string; who: string; step_name: string | null; text: string; code: string | null }[]
}
export interface Run {
  id: string
  playbook: string
  alert: string | null
  incident: string | null
  by: string
  at: string
  state: string
  dry: boolean
  waiting: string[]
  name: { en: string; zh: string }
  told?: { en: RunTold; zh: RunTold }
}
