import { Link } from '@tanstack/react-router'
import { Screen } from '../parts/Screen.tsx'
import { Empty } from '../parts/states.tsx'
import { useWords } from '../text/i18n.ts'

export function NotFound() {
  const { t } = useWords()
  return (
    <Screen title={t('console.not_found.title')}>
      <Empty title={t('console.not_found.what')} action={<Link to="/">{t('console.nav.home')}</Link>}>
        {t('console.not_found.mend')}
      </Empty>
    </Screen>
  )
}
