/** Times as people read them: in the zone of their choice, never without saying which. */
import { say, type Language } from './i18n.ts'

export const ZONES = ['local', 'utc'] as const
export type Zone = (typeof ZONES)[number]

const made = new Map<string, Intl.DateTimeFormat>()

function format(zone: Zone, kind: 'short' | 'full' | 'day'): Intl.DateTimeFormat {
  const key = `${zone} ${kind}`
  const known = made.get(key)
  if (known) return known
  const base: Intl.DateTimeFormatOptions = {
    month: '2-digit', day: '2-digit', hour12: false, hourCycle: 'h23',
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  }
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' }
  const fresh = new Intl.DateTimeFormat('sv-SE', {
    ...base,
    ...(kind === 'short' ? time : kind === 'full' ? { year: 'numeric', ...time, timeZoneName: 'short' } : { year: 'numeric' }),
  })
  made.set(key, fresh)
  return fresh
}

/** `11-24 00:31:18` */
export const short = (iso: string, zone: Zone): string => format(zone, 'short').format(new Date(iso)).replace(', ', ' ').replace(/^(\d+)\/(\d+)/, '$2-$1')

/** `2026-11-24 00:31:18 UTC` */
export const full = (iso: string, zone: Zone): string => format(zone, 'full').format(new Date(iso))

const STEPS: [number, 'second' | 'minute' | 'hour' | 'day'][] = [
  [60, 'second'], [3600, 'minute'], [86_400, 'hour'], [Infinity, 'day'],
]
const SIZE = { second: 1, minute: 60, hour: 3600, day: 86_400 }

/** How long ago, in one unit: `12 min ago`. */
export function ago(iso: string, now: number, lang: Language): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  const [, unit] = STEPS.find(([most]) => Math.abs(seconds) < most) ?? [0, 'day' as const]
  const relative = new Intl.RelativeTimeFormat(lang === 'zh' ? 'zh-CN' : 'en', { style: 'short', numeric: 'auto' })
  return relative.format(Math.round(seconds / SIZE[unit]), unit)
}

/** A span of seconds: `3 h 12 min`. */
export function span(seconds: number): string {
  if (seconds < 60) return say('console.span.seconds', { count: Math.round(seconds) })
  if (seconds < 3600) return say('console.span.minutes', { count: Math.round(seconds / 60) })
  if (seconds < 172_800) return say('console.span.hours', { count: (seconds / 3600).toFixed(1) })
  return say('console.span.days', { count: Math.round(seconds / 86_400) })
}

export const number = (value: number, lang: Language): string => value.toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-GB')

const two = (part: number): string => String(part).padStart(2, '0')

/** A time as a field of date and time takes it: `2026-11-24T00:31`, in the zone of the reader. Empty for a span. */
export function typed(iso: string | null, zone: Zone): string {
  const at = new Date(iso ?? '')
  if (Number.isNaN(at.getTime())) return ''
  if (zone === 'utc') return at.toISOString().slice(0, 16)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** The time that was typed, in UTC; null for none. */
export function untyped(text: string, zone: Zone): string | null {
  const at = new Date(zone === 'utc' ? `${text}Z` : text)
  return text && !Number.isNaN(at.getTime()) ? at.toISOString() : null
}
