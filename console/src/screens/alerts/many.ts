/** A decision about many alerts is a job of the worker: it is followed here, ends without this page, and can be undone. */
import type { QueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { ended, type Job } from '../../api/jobs.ts'
import { done, failed, underway } from '../../parts/toasts.tsx'
import { say } from '../../text/i18n.ts'
import type { Decision } from './triage.ts'

/** Milliseconds after which it is said that a worker is needed. */
const PATIENCE = 8000

export async function decideMany(client: QueryClient, ids: string[], decision: Decision, text: (count: number) => string): Promise<void> {
  try {
    const job = await call<Job>('POST', '/jobs', { body: { alerts: ids, ...decision } })
    const over = await followed(client, job)
    done(told(over, text), () => void undo(client, over.id))
  } catch (error) {
    failed(error)
  }
}

async function undo(client: QueryClient, id: string): Promise<void> {
  try {
    const over = await followed(client, await call<Job>('POST', `/jobs/${id}/undo`))
    done(told(over, (count) => say('console.done.undone', { count })))
  } catch (error) {
    failed(error)
  }
}

/** What was done; and how many stayed, because somebody else changed them meanwhile. */
function told(job: Job, text: (count: number) => string): string {
  const { done: changed = 0, conflict = 0, gone = 0 } = job.ended
  return conflict + gone ? `${text(changed)} ${say('console.done.left', { count: conflict + gone })}` : text(changed)
}

async function followed(client: QueryClient, job: Job): Promise<Job> {
  const shown = underway(say('console.done.selecting'))
  const late = setTimeout(() => shown.say(say('console.done.waiting')), PATIENCE)
  try {
    return await ended(job, (now) => {
      const planned = now.ended['planned'] ?? 0
      if (now.state !== 'selecting') clearTimeout(late)
      if (now.state === 'running') shown.say(say('console.done.underway', { ready: now.total - planned, total: now.total }))
    })
  } finally {
    clearTimeout(late)
    shown.end()
    void client.invalidateQueries({ queryKey: ['alerts'] })
  }
}
