import { Suspense, useEffect, useState, type ReactNode } from 'react'

/** What is fetched and drawn from the first time on that it is wanted; it stays, so that it can end as it likes. */
export function Later({ when, children }: { when: boolean; children: ReactNode }) {
  const [wanted, setWanted] = useState(when)
  useEffect(() => {
    if (when) setWanted(true)
  }, [when])
  return wanted || when ? <Suspense>{children}</Suspense> : null
}
