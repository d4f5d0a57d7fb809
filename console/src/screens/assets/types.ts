import type { Packets } from '../../api/types.ts'

export interface Evidence {
  value: string
  confidence: number
  evidence: string
  first_seen: string
  last_seen: string
  packets: Packets[]
}

export interface Asset {
  key: string
  name: string | null
  vendor: string | null
  model: string | null
  firmware: string | null
  addresses: string[]
  mac: string[]
  roles: string[]
  declared: string | null
  declared_roles: string[]
  authorised: boolean | null
  zone: string | null
  criticality: string | null
  owner: string | null
  first_seen: string
  last_seen: string
  attributes?: Record<string, Evidence[]>
}
