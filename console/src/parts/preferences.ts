/** What a person prefers at this screen: kept in this browser. */
import { useSyncExternalStore } from 'react'
import type { Zone } from '../text/moments.ts'

export interface Preferences {
  zone: Zone
  dense: boolean
  keys: boolean
  narrow: boolean
}

const KEPT = 'bittern.preferences'
const FIRST: Preferences = { zone: 'local', dense: false, keys: true, narrow: false }

function read(): Preferences {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Preferences>) }
  } catch {
    return FIRST
  }
}

let now = read()
const watchers = new Set<() => void>()

export const preferences = {
  get: (): Preferences => now,
  set(change: Partial<Preferences>): void {
    now = { ...now, ...change }
    localStorage.setItem(KEPT, JSON.stringify(now))
    for (const watcher of watchers) watcher()
  },
  watch(watcher: () => void): () => void {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
}

export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  return [useSyncExternalStore(preferences.watch, preferences.get), preferences.set]
}
