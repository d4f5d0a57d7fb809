/** One alert on a page of its own: the address to hand on, whatever its state. */
import { useParams, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered } from '../../parts/states.tsx'
import { CopyButton } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { useAlert } from './AlertPanel.tsx'
import { useActs } from './AlertsScreen.tsx'
import type { Asked } from './Dialogs.tsx'
import { LazyDialogs } from './LazyDialogs.tsx'
import { Story } from './Story.tsx'

export function AlertPage() {
  const { t, lang } = useWords()
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const alert = useAlert(id)
  const [asked, setAsked] = useState<Asked | null>(null)
  const act = useActs(() => [id], () => undefined, setAsked)
  useKeys({ ...act, Escape: () => void navigate({ to: '/alerts' }), r: () => void alert.refetch() })
  return (
    <Screen title={alert.data?.told[lang].title ?? t('console.nav.alerts')} actions={<CopyButton text={location.href} label={t('console.key.link')} />}>
      <div className="page-story">
        <Answered query={alert}>{(found) => <Story alert={found} act={act} whole />}</Answered>
      </div>
      <LazyDialogs asked={asked} close={() => setAsked(null)} />
    </Screen>
  )
}
