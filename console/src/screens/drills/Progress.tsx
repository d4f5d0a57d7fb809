import { Progress as Bar } from '@mantine/core'
import { useWords } from '../../text/i18n.ts'
import type { Drill } from './types.ts'

/** How far a drill is. */
export function Progress({ drill }: { drill: Drill }) {
  const { t } = useWords()
  const told = drill.state === 'asked' ? t('console.drill.waits') : t('console.drill.underway', { done: drill.done, all: drill.rounds, capture: drill.capture ?? '' })
  return (
    <>
      <Bar value={(100 * drill.done) / Math.max(drill.rounds, 1)} aria-label={t('console.nav.drills')} mt={8} mb={6} />
      <p className="quiet">{told}</p>
    </>
  )
}
