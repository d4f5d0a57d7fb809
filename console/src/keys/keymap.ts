/** Every key of the console, in one list: the sheet behind `?` is made from it. */
import type { TextKey } from '../text/i18n.ts'

export interface Key {
  /** As `pressed` writes it; two with a space are pressed one after the other. */
  keys: string
  text: TextKey
}

export const GO: (Key & { to: string })[] = [
  { keys: 'g o', text: 'console.nav.home', to: '/' },
  { keys: 'g a', text: 'console.nav.alerts', to: '/alerts' },
  { keys: 'g i', text: 'console.nav.incidents', to: '/incidents' },
  { keys: 'g s', text: 'console.nav.assets', to: '/assets' },
  { keys: 'g m', text: 'console.nav.map', to: '/map' },
  { keys: 'g h', text: 'console.nav.hunt', to: '/hunt' },
  { keys: 'g r', text: 'console.nav.rules', to: '/rules' },
  { keys: 'g b', text: 'console.nav.baseline', to: '/baseline' },
  { keys: 'g p', text: 'console.nav.playbooks', to: '/playbooks' },
  { keys: 'g d', text: 'console.nav.drills', to: '/drills' },
  { keys: 'g c', text: 'console.nav.assessment', to: '/assessment' },
  { keys: 'g n', text: 'console.nav.sensors', to: '/sensors' },
  { keys: 'g t', text: 'console.nav.settings', to: '/settings' },
]

export const EVERYWHERE: Key[] = [
  { keys: 'mod+k', text: 'console.key.palette' },
  { keys: '?', text: 'console.key.help' },
  { keys: '/', text: 'console.key.search' },
  { keys: 'u', text: 'console.key.undo' },
  { keys: '.', text: 'console.key.pause' },
  { keys: 'r', text: 'console.key.refresh' },
  { keys: 'y', text: 'console.key.link' },
  { keys: 'Escape', text: 'console.key.back' },
]

export const LIST: Key[] = [
  { keys: 'j', text: 'console.key.next' },
  { keys: 'k', text: 'console.key.previous' },
  { keys: 'Enter', text: 'console.key.open' },
  { keys: 'x', text: 'console.key.select' },
  { keys: 'J', text: 'console.key.select_next' },
  { keys: 'K', text: 'console.key.select_previous' },
  { keys: '*', text: 'console.key.select_all' },
  { keys: 'e', text: 'console.key.take' },
  { keys: 'c', text: 'console.key.close' },
  { keys: 'l', text: 'console.key.learn' },
  { keys: 'm', text: 'console.key.mute' },
  { keys: 'a', text: 'console.key.assign' },
  { keys: 'A', text: 'console.key.assign_me' },
  { keys: 'n', text: 'console.key.note' },
  { keys: 'p', text: 'console.key.packets' },
  { keys: 'o', text: 'console.key.page' },
]

/** How a key press is written: the letter as typed, `mod+` with Ctrl or Cmd. Null while text is composed (Chinese input). */
export function pressed(event: KeyboardEvent): string | null {
  if (event.isComposing || event.key === 'Process' || event.keyCode === 229 || event.altKey) return null
  if (event.ctrlKey || event.metaKey) return event.key.length === 1 ? `mod+${event.key.toLowerCase()}` : null
  return event.key
}

/** Whether the press belongs to what is being typed in. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}
