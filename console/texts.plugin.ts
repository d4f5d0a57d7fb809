/** Gives the console its part of the project's one catalogue (`rules/locales`) and the names of ATT&CK techniques. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const RULES = fileURLToPath(new URL('../rules/', import.meta.url))
const FILES: Record<string, string> = { en: 'locales/en.json', zh: 'locales/zh-CN.json' }
/** Beginnings of keys that the console shows; the command line's own texts stay out of the browser. */
export const SECTIONS = {
  first: [
    'attribute', 'class', 'column', 'console', 'end', 'explained', 'incident.title', 'learnable', 'maturity', 'need', 'object',
    'playbook', 'problem', 'resolution', 'role', 'severity', 'status', 'term.drill',
  ],
  /** Fetched when the browser has nothing else to do, or with the screens that need them. */
  later: [
    ...['assessment', 'assets', 'audit', 'baseline', 'drill', 'hunt', 'map', 'notify', 'person_may', 'report', 'retention', 'rules', 'sensors', 'site', 'tokens', 'users'].map((screen) => `console.${screen}`),
    'assess.basis', 'assess.means', 'assess.query', 'assess.reason', 'assess.state', 'assess.word', 'notify.kind', 'notify.state', 'playbooks.action', 'playbooks.effect', 'playbooks.status', 'playbooks.waiting',
  ],
}
export type Part = keyof typeof SECTIONS

export function catalogue(language: string, part: Part): Record<string, string> {
  const all = JSON.parse(readFileSync(RULES + FILES[language], 'utf8')) as Record<string, string>
  const is = (key: string, in_: Part) => SECTIONS[in_].some((start) => key === start || key.startsWith(`${start}.`))
  const shown = (key: string) => is(key, part) && (part === 'later' || !is(key, 'later'))
  return Object.fromEntries(Object.entries(all).filter(([key]) => shown(key)))
}

function techniques(): Record<string, string> {
  const matrix = JSON.parse(readFileSync(RULES + 'attack-ics.json', 'utf8')) as { techniques: { id: string; name: string }[] }
  return Object.fromEntries(matrix.techniques.map((each) => [each.id, each.name]))
}

export function texts(): Plugin {
  const made: Record<string, () => unknown> = {
    'virtual:texts/en': () => catalogue('en', 'first'),
    'virtual:texts/zh': () => catalogue('zh', 'first'),
    'virtual:texts/en/later': () => catalogue('en', 'later'),
    'virtual:texts/zh/later': () => catalogue('zh', 'later'),
    'virtual:attack': techniques,
  }
  return {
    name: 'bittern-texts',
    resolveId: (id) => (id in made ? '\0' + id : undefined),
    load(id) {
      const make = made[id.slice(1)]
      if (!id.startsWith('\0') || !make) return undefined
      for (const file of [...Object.values(FILES), 'attack-ics.json']) this.addWatchFile(RULES + file)
      return `export default ${JSON.stringify(make())}`
    },
  }
}
