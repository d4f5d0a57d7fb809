/** Brings what changed on the server into the lists that show it. Alerts are followed by their own screen. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { live } from '../api/live.ts'

/** Kind of record → first words of the queries that show it. */
export const SHOWN_BY: Record<string, string[]> = {
  alert: ['home', 'alert'],
  ticks: ['alert'],
  incident: ['incidents', 'incident', 'home'],
  baseline: ['baseline'],
  learned: ['baseline'],
  mute: ['mutes'],
  run: ['runs', 'run'],
  ticket: ['runs'],
  assessment: ['assessments', 'assessment'],
  judgement: ['assessment'],
  report: ['reports'],
  job: ['jobs', 'job'],
  sensor: ['sensors', 'home'],
  user: ['users'],
  token: ['tokens'],
  view: ['views'],
  setting: ['settings'],
  drill: ['drills'],
}

export function useFollow(): void {
  const client = useQueryClient()
  useEffect(
    () =>
      live.listen((changes) => {
        const stale = new Set(changes.flatMap((change) => SHOWN_BY[change.kind] ?? []))
        const ids = new Set(changes.filter((change) => change.kind === 'alert' || change.kind === 'ticks').map((change) => change.id))
        void client.invalidateQueries({
          predicate: ({ queryKey: [first, second] }) =>
            stale.has(first as string) && (first !== 'alert' || ids.has(second as string)),
        })
      }),
    [client],
  )
}
