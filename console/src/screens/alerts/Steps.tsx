import { IconBook2 } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Alert } from '../../api/types.ts'
import { useWords } from '../../text/i18n.ts'

/** What to do, as steps that are ticked while one works; the playbook behind them. */
export function Steps({ alert }: { alert: Alert }) {
  const { t, word, lang } = useWords()
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const toggle = (step: string) => setTicked((before) => (before.has(step) ? new Set([...before].filter((each) => each !== step)) : new Set([...before, step])))
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
      {alert.playbook && (
        <p>
          <Link to="/playbooks" search={{ name: alert.playbook, alert: alert.id }} className="with-sign">
            <IconBook2 size={15} aria-hidden />
            {t('console.story.playbook', { name: word('playbook', alert.playbook) })}
          </Link>
        </p>
      )}
    </>
  )
}
