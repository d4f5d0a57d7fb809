/** Both languages of the console: the reader's first, the other one fetched when idle, so that switching needs no reload. */
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type catalogue from '../../../rules/locales/en.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    keySeparator: false
    nsSeparator: false
    resources: { translation: typeof catalogue }
  }
}

export type Language = 'en' | 'zh'
export type TextKey = keyof typeof catalogue
export const LANGUAGES: Language[] = ['en', 'zh']
const KEPT = 'bittern.language'
const HTML: Record<Language, string> = { en: 'en', zh: 'zh-CN' }

type Fetch = () => Promise<{ default: Record<string, string> }>
const first: Record<Language, Fetch> = { en: () => import('virtual:texts/en'), zh: () => import('virtual:texts/zh') }
const later: Record<Language, Fetch> = { en: () => import('virtual:texts/en/later'), zh: () => import('virtual:texts/zh/later') }

/** The language chosen here before, else what the browser prefers. */
export function preferred(): Language {
  const chosen = localStorage.getItem(KEPT) ?? navigator.language
  return chosen.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export const wasChosen = (): boolean => localStorage.getItem(KEPT) !== null

const had = new Map<string, Promise<void>>()

function load(language: Language, part: 'first' | 'later' = 'first'): Promise<void> {
  const key = `${language} ${part}`
  const known = had.get(key)
  if (known) return known
  const fetching = (part === 'first' ? first : later)[language]().then(({ default: texts }) => {
    i18next.addResourceBundle(language, 'translation', texts, true, true)
  })
  had.set(key, fetching)
  fetching.catch(() => had.delete(key))
  return fetching
}

/** For screens whose words come later. */
export const allTexts = (): Promise<void> => load(language(), 'later')

export async function startTexts(): Promise<void> {
  const language = preferred()
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    pluralSeparator: '\u0000',
    contextSeparator: '\u0000',
    interpolation: { prefix: '{', suffix: '}', escapeValue: false, skipOnVariables: true },
    resources: {},
    react: { useSuspense: false },
  })
  await load(language)
  await i18next.changeLanguage(language)
  mark(language)
  setTimeout(() => void Promise.all(LANGUAGES.flatMap((each) => [load(each), load(each, 'later')])).catch(() => undefined), 1500)
}

export async function speak(language: Language): Promise<void> {
  await Promise.all([load(language), load(language, 'later')])
  localStorage.setItem(KEPT, language)
  await i18next.changeLanguage(language)
  mark(language)
}

function mark(language: Language): void {
  document.documentElement.lang = HTML[language]
}

export const language = (): Language => (i18next.language === 'zh' ? 'zh' : 'en')

/** A text filled with what it names, outside of components. */
export const say = (key: TextKey, values: Record<string, unknown> = {}): string => i18next.t(key as never, values as never) as unknown as string

/** The word for a code of an open list (`severity`, `high`), or the code itself when it has none. */
export function word(group: string, code: string | null | undefined): string {
  if (code == null) return ''
  const key = `${group}.${code}`
  return i18next.exists(key) ? say(key as TextKey) : code
}

export interface Words {
  t: (key: TextKey, values?: Record<string, unknown>) => string
  word: (group: string, code: string | null | undefined) => string
  lang: Language
}

/** The texts, in a component that is drawn anew when the language changes. */
export function useWords(): Words {
  useTranslation()
  return { t: say, word, lang: language() }
}
