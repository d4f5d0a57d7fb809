/** What to do, as steps that are ticked while one works; the playbook behind them, and its runs. */
import { Button } from '@mantine/core'
import { IconBook2 } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Alert } from '../../api/types.ts'
import { failed } from '../../parts/toasts.tsx'
import { Moment } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { useStart } from '../playbooks/PlaybookPage.tsx'
import { Runs } from '../playbooks/Playbooks.tsx'

interface Ticked {
  ticks: Record<number, { who: string; at: string }>
}

export function Steps({ alert }: { alert: Alert }) {
  const { t, word, lang } = useWords()
  const may = useMay()
  const start = useStart()
  const client = useQueryClient()
  const key = ['alert', alert.id, 'ticks']
  const found = useQuery({ queryKey: key, queryFn: () => get<Ticked>(`/alerts/${alert.id}/ticks`) })
  const ticks = found.data?.ticks ?? {}
  // What was just clicked stands at once, until the server has said how it is.
  const [wanted, setWanted] = useState<Record<number, boolean>>({})
  useEffect(() => setWanted({}), [found.dataUpdatedAt, alert.id])
  const isDone = (step: number): boolean => wanted[step] ?? ticks[step] !== undefined
  const toggle = (step: number) => {
    const done = !isDone(step)
    setWanted((before) => ({ ...before, [step]: done }))
    void client.cancelQueries({ queryKey: key })
    call<Ticked>('PUT', `/alerts/${alert.id}/ticks/${step}`, { body: { done } }).then((after) => void client.setQueryData(key, after), (error: unknown) => {
      setWanted({})
      failed(error)
    })
  }
  const slug = alert.playbook
  return (
    <>
      <ol className="steps">
        {alert.told[lang].do?.map((step, index) => {
          const done = ticks[index + 1]
          return (
            <li key={`${alert.id} ${index}`}>
              <label className={isDone(index + 1) ? 'ticked' : ''}>
                <input type="checkbox" checked={isDone(index + 1)} disabled={!may('alerts:take')} onChange={() => toggle(index + 1)} />
                <span>{step}</span>
              </label>
              {done && isDone(index + 1) && <small className="quiet">{t('console.steps.done', { name: done.who })} <Moment at={done.at} past /></small>}
            </li>
          )
        })}
      </ol>
      {alert['destination.owner'] && <p className="quiet">{t('console.story.owner', { owner: alert['destination.owner'] })}</p>}
      {slug && (
        <div className="story-line">
          <Link to="/playbooks/$slug" params={{ slug }} search={{ alert: alert.id }} className="with-sign linked">
            <IconBook2 size={15} aria-hidden />
            {t('console.story.playbook', { name: word('playbook', slug) })}
          </Link>
          {may('runs:start') && <Button size="compact-xs" variant="default" onClick={() => start(slug, { alert: alert.id }, false)}>{t('console.playbooks.start')}</Button>}
        </div>
      )}
      {may('runs:read') && <Runs alert={alert.id} />}
    </>
  )
}
