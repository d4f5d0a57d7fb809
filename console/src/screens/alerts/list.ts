/** The list of a filter: its first rows at once, the rest behind them while people already read. */
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get, getAll } from '../../api/client.ts'
import type { Alert, Page } from '../../api/types.ts'
import { failed } from '../../parts/toasts.tsx'
import { listKey, MOST, queryOf, type Filter } from './filter.ts'

const FIRST = 200
const NEXT = 2500

/** `more` says that rows are still to come. */
export function useAlertList(filter: Filter): { list: UseQueryResult<Page<Alert>>; more: boolean } {
  const client = useQueryClient()
  const key = listKey(filter)
  const query = queryOf(filter)
  const list = useQuery<Page<Alert>>({
    queryKey: key,
    queryFn: ({ signal }) => {
      // What is asked anew keeps its length, so that nobody's place in it is lost.
      const known = client.getQueryData<Page<Alert>>(key)?.items.length ?? 0
      return known > FIRST ? getAll<Alert>('/alerts', query, known, signal) : get<Page<Alert>>('/alerts', { ...query, limit: FIRST }, signal)
    },
    staleTime: 60_000,
    placeholderData: (before) => before,
  })
  const cursor = list.isFetching || list.isPlaceholderData ? null : (list.data?.cursor ?? null)
  const room = MOST - (list.data?.items.length ?? 0)
  const rest = useQuery<Page<Alert>>({
    queryKey: ['alerts-rest', query, cursor],
    queryFn: ({ signal }) => get<Page<Alert>>('/alerts', { ...query, limit: Math.min(NEXT, room), cursor }, signal),
    enabled: cursor !== null && room > 0,
    gcTime: 0,
  })
  const { data: next, error } = rest
  useEffect(() => {
    if (error) failed(error)
  }, [error])
  useEffect(() => {
    if (!next || cursor === null) return
    client.setQueryData<Page<Alert>>(key, (page) => (page?.cursor === cursor ? joined(page, next) : page))
    // Without the key, which is a new array at each drawing: a cursor belongs to one list.
  }, [next, cursor, client])
  return { list, more: rest.isFetching }
}

/** An alert that moved between two pages is there once, where it was first. */
export function joined(page: Page<Alert>, next: Page<Alert>): Page<Alert> {
  const known = new Set(page.items.map((alert) => alert.id))
  return { items: [...page.items, ...next.items.filter((alert) => !known.has(alert.id))], cursor: next.cursor }
}
