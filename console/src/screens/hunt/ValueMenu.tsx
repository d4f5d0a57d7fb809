import { Menu, UnstyledButton } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Moment, copyText } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { condition } from './asked.ts'

/** A value of traffic, and where it leads: only this, all but this, its alerts, its asset. */
export function ValueMenu({ name, value, add }: { name: string; value: unknown; add: (words: string) => void }) {
  const { t } = useWords()
  const navigate = useNavigate()
  if (value == null || value === '') return <span className="quiet">–</span>
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return <Moment at={value} />
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (typeof value === 'object') return <span className="mono">{text}</span>
  const isAddress = name === 'source.ip' || name === 'destination.ip' || name === 'ot.client.ip' || name === 'ot.server.ip'
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <UnstyledButton className="value">{text}</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item onClick={() => add(condition(name, text))}>{t('console.hunt.only')}</Menu.Item>
        <Menu.Item onClick={() => add(condition(name, text, true))}>{t('console.hunt.without')}</Menu.Item>
        {isAddress && <Menu.Item onClick={() => void navigate({ to: '/alerts', search: { 'source.ip': text, status: ['new', 'in_progress', 'closed'] } })}>{t('console.hunt.its_alerts')}</Menu.Item>}
        {isAddress && <Menu.Item onClick={() => void navigate({ to: '/assets', search: { text } })}>{t('console.hunt.its_asset')}</Menu.Item>}
        <Menu.Item onClick={() => void copyText(text)}>{t('console.copy')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
