/** Who is signed in. */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { speak, wasChosen } from '../text/i18n.ts'
import { call, get, setCsrf } from './client.ts'
import { Problem } from './problem.ts'
import type { Session } from './types.ts'

const KEY = ['session']

/** Notes a session that was just opened or shown. */
export function enter(client: QueryClient, session: Session | null): void {
  setCsrf(session?.csrf ?? null)
  // A question that is still under way would answer who was there before.
  void client.cancelQueries({ queryKey: KEY })
  client.setQueryData(KEY, session)
  if (session?.language && !wasChosen()) void speak(session.language === 'zh' ? 'zh' : 'en')
}

async function ask(signal: AbortSignal): Promise<Session | null> {
  try {
    const session = await get<Session>('/session', {}, signal)
    setCsrf(session.csrf)
    return session
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null
    throw error
  }
}

export const useSession = () => useQuery({ queryKey: KEY, queryFn: ({ signal }) => ask(signal), staleTime: Infinity, retry: 2 })

export function useMay(): (permission: string) => boolean {
  const { data } = useSession()
  return (permission) => data?.permissions.includes(permission) ?? false
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await call('DELETE', '/session')
    setCsrf(null)
    client.clear()
    client.setQueryData(KEY, null)
  }
}
