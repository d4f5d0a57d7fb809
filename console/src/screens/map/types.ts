export interface Zone {
  id: string
  name: { en: string; zh: string }
  level: number | null
  hosts: number
  x: number
  y: number
  width: number
  height: number
}
export interface Host {
  id: string
  name: string
  zone: string
  roles: string[]
  declared: boolean
  criticality: string | null
  asset: string | null
  new: boolean
  alerts: number
  x: number
  y: number
}
export interface Line {
  source: string
  destination: string
  protocols: Record<string, number>
  flows: number
  first: string
  last: string
  verdict: 'inside' | 'allowed' | 'denied' | 'undeclared' | 'none'
  new: boolean
}
export interface PlantMapDocument {
  zones: Zone[]
  hosts: Host[]
  lines: Line[]
  start: string
  end: string
  whole: boolean
}
export type Chosen = { host: string } | { line: [string, string] }
