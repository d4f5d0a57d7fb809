/** What to do, as steps that are ticked while one works; the playbook behind them, and its runs. */
import { Button } from '@mantine/core'
import { IconBook2 } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../api/session.ts'
import type { Alert } from '../../api/types.ts'
import { useWords } from '../../text/i18n.ts'
import { useStart } from '../playbooks/PlaybookPage.tsx'
import { Runs } from '../playbooks/Playbooks.tsx'

export function Steps({ alert }: { alert: Alert }) {
  const { t, word, lang } = useWords()
  const may = useMay()
  const start = useStart()
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const toggle = (step: string) => setTicked((before) => (before.has(step) ? new Set([...before].filter((each) => each !== step)) : new Set([...before, step])))
  const slug = alert.playbook
  return (
    <>
      <ol className="steps">
        {alert.told[lang].do?.map((step, index) => {
          const key = `${alert.id} ${index}`
          return (
            <li key={key}>
              <label className={ticked.has(key) ? 'ticked' : ''}>
                <input type="checkbox" checked={ticked.has(key)} onChange={() => toggle(key)} />
                <span>{step}</span>
              </label>
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
