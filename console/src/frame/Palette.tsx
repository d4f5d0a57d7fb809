/** Ctrl-K: go anywhere, open an alert, change what the screen looks like, by typing. */
import { Modal, TextInput, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState, type KeyboardEvent } from 'react'
import { useMay } from '../api/session.ts'
import type { Alert, Page } from '../api/types.ts'
import { Keys } from '../keys/Keys.tsx'
import { GO } from '../keys/keymap.ts'
import { usePreferences } from '../parts/preferences.ts'
import { speak, useWords } from '../text/i18n.ts'
import { NAV } from './nav.ts'

interface Command {
  id: string
  text: string
  hint?: string
  keys?: string
  run: () => void
}

const MOST = 12

export function Palette({ opened, close, help }: { opened: boolean; close: () => void; help: () => void }) {
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const commands = useCommands(typed, help)
  useEffect(() => {
    if (opened) setTyped('')
  }, [opened])
  useEffect(() => setAt(0), [typed])
  const run = (command: Command | undefined) => {
    if (!command) return
    close()
    command.run()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setAt((now) => (now + step + commands.length) % Math.max(commands.length, 1))
    else if (event.key === 'Enter') run(commands[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal.Root opened={opened} onClose={close} padding={0} size="lg" yOffset="14vh" centered={false} transitionProps={{ duration: 0 }}>
      <Modal.Overlay backgroundOpacity={0.35} transitionProps={{ duration: 0 }} />
      <Modal.Content aria-label={t('console.key.palette')}>
        <Modal.Body>
      <TextInput
        className="palette-input"
        size="md"
        variant="unstyled"
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKey}
        placeholder={t('console.palette.ask')}
        aria-label={t('console.palette.ask')}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={commands[at] ? `palette-${commands[at].id}` : undefined}
      />
      <div id="palette-list" role="listbox" aria-label={t('console.key.palette')} className="palette">
        {commands.map((command, index) => (
          <div key={command.id} id={`palette-${command.id}`} role="option" aria-selected={index === at} className="option" onMouseMove={() => setAt(index)} onClick={() => run(command)}>
            <span className="grow">{command.text}</span>
            {command.hint && <span className="quiet">{command.hint}</span>}
            {command.keys && <Keys keys={command.keys} />}
          </div>
        ))}
        {commands.length === 0 && <div className="option quiet">{t('console.palette.nothing')}</div>}
      </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function useCommands(typed: string, help: () => void): Command[] {
  const { t, lang } = useWords()
  const may = useMay()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { setColorScheme } = useMantineColorScheme()
  const [{ zone, dense }, choose] = usePreferences()
  const wanted = typed.trim().toLowerCase()
  const fixed: Command[] = [
    ...NAV.filter((each) => !each.needs || may(each.needs)).map(({ to, text }) => {
      const keys = GO.find((each) => each.to === to)?.keys
      return { id: to, text: t(text), hint: t('console.palette.go'), ...(keys ? { keys } : {}), run: () => void navigate({ to }) }
    }),
    { id: 'zh', text: '中文 / English', hint: t('console.palette.change'), run: () => void speak(lang === 'zh' ? 'en' : 'zh') },
    ...(['light', 'dark', 'auto'] as const).map((scheme) => ({ id: scheme, text: t(`console.theme.${scheme}`), hint: t('console.palette.change'), run: () => setColorScheme(scheme) })),
    { id: 'zone', text: t('console.zone.change'), hint: t('console.palette.change'), run: () => choose({ zone: zone === 'utc' ? 'local' : 'utc' }) },
    { id: 'dense', text: t('console.alerts.density'), hint: t('console.palette.change'), run: () => choose({ dense: !dense }) },
    { id: 'help', text: t('console.key.help'), keys: '?', run: help },
  ]
  const found = fixed.filter((each) => each.text.toLowerCase().includes(wanted) || each.id.includes(wanted))
  if (wanted.length < 2) return found.slice(0, MOST)
  const alerts = client.getQueriesData<Page<Alert>>({ queryKey: ['alerts'] }).flatMap(([, data]) => data?.items ?? [])
  const seen = new Map(alerts.map((alert) => [alert.id, alert]))
  const matching = [...seen.values()].filter((alert) => alert.told[lang].what.toLowerCase().includes(wanted) || alert.id === wanted)
  const search: Command = { id: 'search', text: t('console.palette.search', { text: typed.trim() }), hint: t('console.nav.alerts'), run: () => void navigate({ to: '/alerts', search: { text: typed.trim(), status: ['new', 'in_progress', 'closed'] } }) }
  const shown = matching.slice(0, 5).map((alert) => ({ id: alert.id, text: alert.told[lang].what, hint: alert.told[lang].title, run: () => void navigate({ to: '/alerts/$id', params: { id: alert.id } }) }))
  return [...found, ...shown, search].slice(0, MOST)
}
