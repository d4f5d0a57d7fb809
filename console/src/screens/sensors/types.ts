/** Documents of the API about sensors. */
export const STATES = ['ok', 'degraded', 'silent', 'never'] as const
export type State = (typeof STATES)[number]
export const SIGN: Record<State, string> = { ok: 'good', degraded: 'warn', silent: 'bad', never: '' }

export interface Reason {
  code: string
  parameters: Record<string, string | number>
}
export interface Sensor {
  id: string
  state: State
  reasons: Reason[]
  last_seen: string | null
  packets_until: string | null
  counters: Record<string, number>
  zones: string[]
  software: string | null
  /** Which version of the content judges, which was refused last and why (a code); null: its command line says. */
  content: { version: number | null; refused: number | null; why: string | null } | null
}
export interface Counter {
  stage: string
  counter: string
  interface: string | null
  count: number
  ratio: number | null
}
export interface Room {
  state: 'unknown' | 'level' | 'growing' | 'full'
  days: number | null
  bytes_per_day?: number | null
}
export interface Certificate {
  of: 'server' | 'sensor'
  name: string
  subject: string
  until: string
  days: number
}
export interface ZoneSeen {
  zone: string
  ours: boolean
  declared: number
  heard: number
  unheard: string[]
  strangers: number
  conversations: number
  one_way: number
}
export const KINDS = ['decoded', 'recognised', 'encrypted', 'unknown'] as const
export interface ProtocolSeen {
  protocol: string | null
  kind: (typeof KINDS)[number]
  packets: number
}
export type Values = (number | null)[]
export interface Health {
  sensor: Sensor
  now: string
  start: string
  end: string
  step: number
  starts: string[]
  series: Record<string, Values>
  frames: number
  lost: number
  steps: { step: string; counters: Counter[] }[]
  interfaces: { interface: string; counters: Record<string, number> }[]
  clock: Record<'clock_set' | 'time_leaps' | 'out_of_order', number>
  spool: { missing: number; late: number; altered: number; rows_lost: number; occurrences_lost: number; chains_begun: number; gaps_open: number; inbox: { segments: number; bytes: number; refused: number } }
  disk: { spool: { bytes: number | null; most: number | null; outlook: Room }; packets: { bytes: number | null }; free: { bytes: number | null; of: number | null; outlook: Room } }
  server_disk: { free: number | null; of: number | null; state: Room['state']; days: number | null }
  certificates: Certificate[]
  zones: ZoneSeen[]
  protocols: ProtocolSeen[]
  whole: boolean
  told_until: string | null
}

/** Days before the end of a certificate, and before a disk is full, at which it is time to act. */
export const SOON = { certificate: 30, disk: 7 }
