/** Beside the list: the alert under the cursor. The list stays at hand, so j and k go on. */
import { IconArrowsDiagonal, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get } from '../../api/client.ts'
import type { Alert } from '../../api/types.ts'
import { Answered } from '../../parts/states.tsx'
import { CopyButton } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import type { Acts } from './AlertsScreen.tsx'
import { Story } from './Story.tsx'

export const useAlert = (id: string) =>
  useQuery({ queryKey: ['alert', id], queryFn: ({ signal }) => get<Alert>(`/alerts/${id}`, {}, signal) })

export function AlertPanel({ id, act, close }: { id: string; act: Acts; close: () => void }) {
  const { t } = useWords()
  const alert = useAlert(id)
  return (
    <aside className="panel" aria-label={t('console.story.label')}>
      <div className="panel-tools">
        <CopyButton text={`${location.origin}/alerts/${id}`} label={t('console.key.link')} />
        <Link to="/alerts/$id" params={{ id }} className="icon" aria-label={t('console.key.page')} title={t('console.key.page')}>
          <IconArrowsDiagonal size={15} />
        </Link>
        <button type="button" className="icon" onClick={close} aria-label={t('console.close_panel')} title={t('console.close_panel')}>
          <IconX size={16} />
        </button>
      </div>
      <Answered query={alert}>{(found) => <Story alert={found} act={act} />}</Answered>
    </aside>
  )
}
