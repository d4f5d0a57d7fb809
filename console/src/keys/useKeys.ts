/** Keys of the screen that is shown. The last one to ask is asked first; a dialog that is open takes them all. */
import { useEffect, useRef } from 'react'
import { preferences } from '../parts/preferences.ts'
import { isTyping, pressed } from './keymap.ts'

/** What a key does; false when it does nothing here and another may have it. */
export type Bindings = Record<string, (event: KeyboardEvent) => unknown>

const stack: { current: Bindings }[] = []
let first: { key: string; at: number } | null = null
const PAUSE = 1200

function run(key: string, event: KeyboardEvent): boolean {
  for (let at = stack.length - 1; at >= 0; at--) {
    const does = stack[at]?.current[key]
    if (does && does(event) !== false) {
      event.preventDefault()
      return true
    }
  }
  return false
}

function starts(key: string): boolean {
  return stack.some((each) => Object.keys(each.current).some((name) => name.startsWith(`${key} `)))
}

const isPlainButton = (event: KeyboardEvent): boolean =>
  (event.key === 'Enter' || event.key === ' ') &&
  event.target instanceof HTMLElement && event.target.closest('button, a, summary, [role=menuitem], [role=option]') !== null

export function handle(event: KeyboardEvent): void {
  const key = pressed(event)
  if (event.defaultPrevented || key === null || isPlainButton(event)) return
  const isChord = key.startsWith('mod+')
  if (!isChord && (isTyping(event.target) || inDialog)) return
  if (!isChord && key.length === 1 && !preferences.get().keys) return
  const second = first && event.timeStamp - first.at < PAUSE ? `${first.key} ${key}` : null
  first = null
  if (second && run(second, event)) return
  if (run(key, event)) return
  if (starts(key)) first = { key, at: event.timeStamp }
}

// Asked first of all listeners: by the time that the press reaches the document, its dialog may be gone.
let inDialog = false
window.addEventListener('keydown', () => (inDialog = document.querySelector('[role=dialog][aria-modal=true]') !== null), true)

let listening = false

export function useKeys(bindings: Bindings, active = true): void {
  const latest = useRef(bindings)
  latest.current = bindings
  useEffect(() => {
    if (!active) return undefined
    if (!listening) document.addEventListener('keydown', handle)
    listening = true
    stack.push(latest)
    return () => {
      stack.splice(stack.indexOf(latest), 1)
    }
  }, [active])
}
