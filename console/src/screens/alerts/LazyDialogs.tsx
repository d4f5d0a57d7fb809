import { lazy, Suspense, useEffect, useState } from 'react'
import type { Asked } from './Dialogs.tsx'

const fetch = () => import('./Dialogs.tsx')
const Dialogs = lazy(() => fetch().then((module) => ({ default: module.Dialogs })))
const SOON = 400

/** The dialogs of decisions: fetched when the list stands, so that the first rows do not wait for them. */
export function LazyDialogs(props: { asked: Asked | null; close: () => void }) {
  const [soon, setSoon] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSoon(true), SOON)
    return () => clearTimeout(timer)
  }, [])
  return <Suspense>{(soon || props.asked) && <Dialogs {...props} />}</Suspense>
}
