/** New alerts are announced, not pushed under the cursor; those in sight are brought up to date where they stand. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { get } from '../../api/client.ts'
import { live } from '../../api/live.ts'
import type { Alert, Page } from '../../api/types.ts'
import { listKey, type Filter } from './filter.ts'
import { current, patch } from './triage.ts'

const MOST_FETCHED = 20

export function useNews(filter: Filter): { count: number; clear: () => void } {
  const client = useQueryClient()
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const latest = useRef(filter)
  latest.current = filter
  const key = JSON.stringify(listKey(filter))
  useEffect(() => setIds(new Set()), [key])
  useEffect(
    () =>
      live.listen((changes) => {
        const changed = [...new Map(changes.filter((each) => each.kind === 'alert').map((each) => [each.id, each])).values()]
        const page = client.getQueryData<Page<Alert>>(listKey(latest.current))
        const shown = new Map(page?.items.map((alert) => [alert.id, alert]))
        const unknown = changed.filter((each) => !shown.has(each.id)).map((each) => each.id)
        if (unknown.length) setIds((before) => new Set([...before, ...unknown]))
        const stale = changed.filter((each) => shown.has(each.id) && shown.get(each.id)?.etag !== each.etag)
        for (const each of stale.slice(0, MOST_FETCHED)) {
          void get<Alert>(`/alerts/${each.id}`).then((alert) => {
            const known = current(client, each.id)
            if (known && Number(known.etag) <= Number(alert.etag)) patch(client, each.id, alert)
          }, () => undefined)
        }
      }),
    [client],
  )
  return { count: ids.size, clear: () => setIds(new Set()) }
}
