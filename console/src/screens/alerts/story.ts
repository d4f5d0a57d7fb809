/** The eight answers that the server gives about an alert. */
import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import { usePreferences } from '../../parts/preferences.ts'

export type Question = 'what' | 'where' | 'normal' | 'why' | 'now' | 'evidence' | 'else' | 'so_what'
interface Term {
  by: string
  done: string | null
  state: string
}
export interface Answers {
  answers: Record<Question, { facts: { code: string; parameters: Record<string, unknown> }[]; en: string[]; zh: string[] }>
  terms: { acknowledge: Term; resolve: Term } | null
}

export function useAnswers(id: string) {
  const [{ zone }] = usePreferences()
  const shownIn = zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
  return useQuery({ queryKey: ['alert', id, 'story', shownIn], queryFn: () => get<Answers>(`/alerts/${id}/story`, { zone: shownIn }) })
}
