/** Work that the worker does in the background: it ends without this page. */
import { get } from './client.ts'

export interface Job {
  id: string
  state: 'selecting' | 'running' | 'finished' | 'failed'
  total: number
  ended: Record<string, number>
  result: string | null
  why: string | null
}

const LOOK = 400

/** The job when it has ended; `seen` is told how far it is. */
export async function ended(job: Job, seen: (now: Job) => void = () => undefined): Promise<Job> {
  let now = job
  while (now.state !== 'finished' && now.state !== 'failed') {
    await new Promise((ready) => setTimeout(ready, LOOK))
    now = await get<Job>(`/jobs/${job.id}`)
    seen(now)
  }
  return now
}
