/** Who may do what here, and what was done. */
import { Link, useParams } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useMay } from '../../api/session.ts'
import { NotFound } from '../../frame/NotFound.tsx'
import { Screen } from '../../parts/Screen.tsx'
import { useWords, type TextKey } from '../../text/i18n.ts'
import { Account } from './Account.tsx'
import { Audit } from './Audit.tsx'
import { Notifications } from './Notifications.tsx'
import { Retention } from './Retention.tsx'
import { Site } from './Site.tsx'
import { Tokens } from './Tokens.tsx'
import { Users } from './Users.tsx'

const PARTS: { part: string; text: TextKey; needs: string; shows: ComponentType }[] = [
  { part: 'account', text: 'console.settings.account', needs: 'session:own', shows: Account },
  { part: 'site', text: 'console.settings.site', needs: 'site:read', shows: Site },
  { part: 'notifications', text: 'console.settings.notifications', needs: 'notifications:read', shows: Notifications },
  { part: 'retention', text: 'console.settings.retention', needs: 'settings:read', shows: Retention },
  { part: 'users', text: 'console.settings.users', needs: 'users:read', shows: Users },
  { part: 'tokens', text: 'console.settings.tokens', needs: 'tokens:own', shows: Tokens },
  { part: 'audit', text: 'console.settings.audit', needs: 'audit:read', shows: Audit },
]

export function Settings() {
  const { t } = useWords()
  const may = useMay()
  const { part } = useParams({ strict: false })
  const shown = PARTS.filter((each) => may(each.needs))
  const here = shown.find((each) => each.part === part)
  if (!here) return <NotFound />
  const Part = here.shows
  return (
    <Screen title={t('console.nav.settings')}>
      <nav className="tabs" aria-label={t('console.nav.settings')}>
        {shown.map((each) => (
          <Link key={each.part} to="/settings/$part" params={{ part: each.part }} aria-current={each === here ? 'page' : undefined}>
            {t(each.text)}
          </Link>
        ))}
      </nav>
      <Part />
    </Screen>
  )
}
