/** Around every screen: the way to the others, who one is, what is pressed, what just happened. */
import { Menu, UnstyledButton } from '@mantine/core'
import { IconChevronsLeft, IconKeyboard, IconLogout, IconPlayerPause, IconSearch, IconUser, IconWifiOff } from '@tabler/icons-react'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, useEffect, useState } from 'react'
import { live, useDown, usePaused } from '../api/live.ts'
import { useMay, useSession, useSignOut } from '../api/session.ts'
import { Keys } from '../keys/Keys.tsx'
import { GO } from '../keys/keymap.ts'
import { useKeys, type Bindings } from '../keys/useKeys.ts'
import { Later } from '../parts/Later.tsx'
import { usePreferences } from '../parts/preferences.ts'
import { done, failed, Toasts } from '../parts/toasts.tsx'
import { copyText } from '../parts/words.tsx'
import { say, useWords } from '../text/i18n.ts'
import { useFollow } from './follow.ts'
import { Choices } from './Choices.tsx'
import { NAV } from './nav.ts'

const fetchPalette = () => import('./Palette.tsx')
const Palette = lazy(() => fetchPalette().then((module) => ({ default: module.Palette })))
const HelpSheet = lazy(() => import('../keys/HelpSheet.tsx').then((module) => ({ default: module.HelpSheet })))
/** Milliseconds after which the palette is there before it is asked for: who types at once must not type into the screen. */
const SOON = 300

export function Frame() {
  const { t } = useWords()
  const navigate = useNavigate()
  const [help, setHelp] = useState(false)
  const [palette, setPalette] = useState(false)
  const down = useDown()
  const paused = usePaused()
  useFollow()
  useEffect(() => void setTimeout(() => fetchPalette().catch(() => undefined), SOON), [])
  const go: Bindings = Object.fromEntries(GO.map((each) => [each.keys, () => void navigate({ to: each.to })]))
  useKeys({
    ...go,
    '?': () => setHelp(true),
    'mod+k': () => setPalette(true),
    '.': () => live.pause(!live.paused),
    y: () => {
      void copyText(location.href).then(() => done(say('console.link_copied')))
    },
  })
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t('console.skip')}
      </a>
      <Rail search={() => setPalette(true)} help={() => setHelp(true)} />
      <div className="stage">
        {down && (
          <div className="banner" role="alert">
            <IconWifiOff size={16} aria-hidden />
            {t('console.lost')}
          </div>
        )}
        {paused && !down && (
          <div className="banner calm" role="status">
            <IconPlayerPause size={16} aria-hidden />
            {t('console.paused')}
          </div>
        )}
        <Outlet />
      </div>
      <Later when={help}><HelpSheet opened={help} close={() => setHelp(false)} /></Later>
      <Later when={palette}><Palette opened={palette} close={() => setPalette(false)} help={() => setHelp(true)} /></Later>
      <Toasts />
    </div>
  )
}

function Rail({ search, help }: { search: () => void; help: () => void }) {
  const { t } = useWords()
  const may = useMay()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [{ narrow }, choose] = usePreferences()
  return (
    <nav className={narrow ? 'rail narrow' : 'rail'} aria-label={t('console.nav.label')}>
      <div className="brand">
        <img src="/bittern.svg" alt="" width={24} height={24} />
        <span>Bittern</span>
      </div>
      <UnstyledButton className="finder" onClick={search} title={t('console.key.palette')} aria-label={narrow ? t('console.key.palette') : undefined}>
        <IconSearch size={15} aria-hidden />
        <span className="grow">{t('console.palette.short')}</span>
        <Keys keys="mod+k" />
      </UnstyledButton>
      <ul>
        {NAV.filter((each) => !each.needs || may(each.needs)).map(({ to, text, icon: Sign, gap }) => {
          const here = to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)
          return (
            <li key={to} className={gap ? 'gap' : ''}>
              <Link to={to} search={{}} aria-current={here ? 'page' : undefined} title={narrow ? t(text) : undefined} aria-label={t(text)}>
                <Sign size={17} stroke={1.6} aria-hidden />
                <span>{t(text)}</span>
              </Link>
            </li>
          )
        })}
      </ul>
      <div className="grow" />
      <Choices />
      <div className="foot">
        <Person />
        <button type="button" className="icon" onClick={help} aria-label={t('console.key.help')} title={t('console.key.help')}>
          <IconKeyboard size={16} />
        </button>
        <button type="button" className="icon" onClick={() => choose({ narrow: !narrow })} aria-label={t(narrow ? 'console.nav.widen' : 'console.nav.narrow')}>
          <IconChevronsLeft size={16} style={narrow ? { transform: 'rotate(180deg)' } : {}} />
        </button>
      </div>
    </nav>
  )
}

function Person() {
  const { t, word } = useWords()
  const { data: session } = useSession()
  const signOut = useSignOut()
  const navigate = useNavigate()
  if (!session) return null
  return (
    <Menu position="top-start">
      <Menu.Target>
        <UnstyledButton className="person" aria-label={session.display || session.user}>
          <IconUser size={15} aria-hidden />
          <span>{session.display}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session.roles.map((role) => word('console.person', role)).join(', ')} · {session.version}</Menu.Label>
        <Menu.Item leftSection={<IconUser size={14} />} onClick={() => void navigate({ to: '/settings/$part', params: { part: 'account' } })}>
          {t('console.account')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => void signOut().catch(failed)}>
          {t('console.sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
