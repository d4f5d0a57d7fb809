/** Decisions about alerts: shown at once, sent in order, taken back alone when the server refuses. */
import type { QueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { Alert, Page, Resolution, Status } from '../../api/types.ts'
import { done, failed } from '../../parts/toasts.tsx'
import { decideMany } from './many.ts'

export interface Decision {
  status?: Status
  resolution?: Resolution
  assignee?: string
  reason?: string
}

const sending = new Map<string, Promise<unknown>>()

/** The alert as this screen knows it now: from the lists, else from its own page. */
export function current(client: QueryClient, id: string): Alert | undefined {
  for (const [, page] of client.getQueriesData<Page<Alert>>({ queryKey: ['alerts'] })) {
    const found = page?.items.find((each) => each.id === id)
    if (found) return found
  }
  return client.getQueryData<Alert>(['alert', id])
}

/** Changes the alert in every list and on its page. */
export function patch(client: QueryClient, id: string, change: Partial<Alert>): void {
  client.setQueriesData<Page<Alert>>({ queryKey: ['alerts'] }, (page) => {
    const at = page?.items.findIndex((each) => each.id === id) ?? -1
    const known = page?.items[at]
    return page && known ? { ...page, items: page.items.with(at, { ...known, ...change }) } : page
  })
  client.setQueryData<Alert>(['alert', id], (alert) => (alert ? { ...alert, ...change } : alert))
}

const DECIDED = ['status', 'resolution', 'assignee', 'etag', 'history'] as const

function decidedPart(alert: Alert): Partial<Alert> {
  return Object.fromEntries(DECIDED.filter((name) => alert[name] !== undefined).map((name) => [name, alert[name]]))
}

/** Sends one decision behind those on the same alert that are under way. The row shows it before the server answers. */
export async function decide(client: QueryClient, id: string, decision: Decision): Promise<Alert | null> {
  const before = current(client, id)
  if (!before) return null
  const { status, resolution, assignee } = decision
  patch(client, id, {
    ...(status ? { status, resolution: status === 'closed' ? (resolution ?? before.resolution) : null } : {}),
    ...(assignee === undefined ? {} : { assignee: assignee || null }),
  })
  const sent = (sending.get(id) ?? Promise.resolve())
    .catch(() => undefined)
    .then(() => call<Alert>('PATCH', `/alerts/${id}`, { body: decision, etag: current(client, id)?.etag ?? before.etag }))
  sending.set(id, sent)
  try {
    const after = await sent
    patch(client, id, decidedPart(after))
    return after
  } catch (error) {
    patch(client, id, { status: before.status, resolution: before.resolution, assignee: before.assignee })
    failed(error)
    void client.invalidateQueries({ queryKey: ['alert', id] })
    return null
  } finally {
    if (sending.get(id) === sent) sending.delete(id)
  }
}

/** What takes a decision back. */
export function inverse(before: Alert): Decision {
  return {
    status: before.status,
    ...(before.status === 'closed' && before.resolution ? { resolution: before.resolution } : {}),
    assignee: before.assignee ?? '',
  }
}

const AT_ONCE = 4
/** More than these are changed by the worker, who goes on when this page is closed. */
const MOST_HERE = 25

/** One decision about several alerts, with one undo for all of them. */
export async function decideAll(client: QueryClient, ids: string[], decision: Decision, text: (count: number) => string): Promise<void> {
  if (ids.length > MOST_HERE) return decideMany(client, ids, decision, text)
  const before = ids.map((id) => current(client, id)).filter((each): each is Alert => each !== undefined)
  const waiting = [...before]
  const changed: Alert[] = []
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (await decide(client, next.id, decision)) changed.push(next)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  if (!changed.length) return
  done(text(changed.length), () => {
    for (const alert of changed) void decide(client, alert.id, inverse(alert))
  })
}
