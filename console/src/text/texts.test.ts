// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { catalogue } from '../../texts.plugin.ts'

const SOURCE = fileURLToPath(new URL('..', import.meta.url))
const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
  .map((name) => readFileSync(SOURCE + name, 'utf8'))
const text = sources.join('\n')
const [en, zh] = ['en', 'zh'].map((language) => ({ ...catalogue(language, 'first'), ...catalogue(language, 'later') })) as [Record<string, string>, Record<string, string>]

it('says everything in both languages', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
})

it('uses every text of the console, and has every text that it uses', () => {
  const literal = new Set([...text.matchAll(/['"](console\.[\w.-]+)['"]/g)].map((match) => match[1] ?? ''))
  const begun = [...text.matchAll(/`(console\.[\w.-]+\.)\$\{/g)].map((match) => match[1] ?? '')
  const groups = [...text.matchAll(/word\('(console\.[\w.-]+)'/g)].map((match) => `${match[1] ?? ''}.`)
  const grouped = new Set(groups.map((group) => group.slice(0, -1)))
  const reached = (key: string) => literal.has(key) || [...begun, ...groups].some((start) => key.startsWith(start))
  const own = Object.keys(en).filter((key) => key.startsWith('console.'))
  expect(own.filter((key) => !reached(key))).toEqual([])
  expect([...literal].filter((key) => !(key in en) && !grouped.has(key))).toEqual([])
})

it('shows no word that is not in the catalogue', () => {
  // Letters between tags would be text of one language only; names of products and signs are none.
  const loose = sources.flatMap((source) => [...source.matchAll(/[a-z]>\s*([A-Za-z][a-z]+(?: [a-z]+)+)\s*<\//g)].map((match) => match[1]))
  expect(loose).toEqual([])
})
