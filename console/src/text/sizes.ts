/** Octets as people read and write them, in units of 1000: `20 GB`. */
const UNITS: [string, number][] = [['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['KB', 1e3]]

export function size(bytes: number): string {
  const [unit, of] = UNITS.find(([, least]) => bytes >= least) ?? ['B', 1]
  const value = bytes / of
  return `${value >= 100 || of === 1 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`
}

/** Octets of a size as people write it; null for nothing written, undefined for what is no size. */
export function octets(text: string): number | null | undefined {
  if (!text.trim()) return null
  const found = /^(\d{1,12}(?:\.\d{1,3})?)\s*([KMGT]?B)$/i.exec(text.trim())
  if (!found) return undefined
  const [, value = '', unit = ''] = found
  return Math.round(Number(value) * (UNITS.find(([name]) => name === unit.toUpperCase())?.[1] ?? 1))
}
