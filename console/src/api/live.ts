/** What changes on the server, as it changes. Kinds of records that changed are told at most once a second. */
import { useSyncExternalStore } from 'react'

export interface Change {
  number: number
  kind: string
  id: string
  etag: string | null
}

type Listener = (changes: Change[]) => void

const PACE = 1000
const DOWN_AFTER = 4000

class Live {
  private source: EventSource | null = null
  private waiting: Change[] = []
  private timer: ReturnType<typeof setTimeout> | null = null
  private downTimer: ReturnType<typeof setTimeout> | null = null
  private listeners = new Set<Listener>()
  private watchers = new Set<() => void>()
  paused = false
  down = false

  open(): void {
    if (this.source) return
    this.source = new EventSource('/api/v1/stream')
    this.source.addEventListener('change', (event) => this.take(JSON.parse((event as MessageEvent<string>).data) as Change))
    this.source.onopen = () => this.setDown(false)
    this.source.onerror = () => {
      this.downTimer ??= setTimeout(() => this.setDown(true), DOWN_AFTER)
      if (this.source?.readyState === EventSource.CLOSED) this.again()
    }
  }

  close(): void {
    this.source?.close()
    this.source = null
  }

  private again(): void {
    this.close()
    setTimeout(() => this.open(), 3000)
  }

  private take(change: Change): void {
    this.setDown(false)
    this.waiting.push(change)
    if (!this.paused) this.timer ??= setTimeout(() => this.flush(), PACE)
  }

  private flush(): void {
    this.timer = null
    const told = this.waiting
    this.waiting = []
    if (told.length) for (const listener of this.listeners) listener(told)
  }

  pause(paused: boolean): void {
    this.paused = paused
    if (!paused) this.flush()
    this.tell()
  }

  private setDown(down: boolean): void {
    if (!down && this.downTimer) clearTimeout(this.downTimer)
    this.downTimer = null
    if (this.down === down) return
    this.down = down
    this.tell()
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher()
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }
}

export const live = new Live()
export const useDown = (): boolean => useSyncExternalStore(live.watch, () => live.down)
export const usePaused = (): boolean => useSyncExternalStore(live.watch, () => live.paused)
