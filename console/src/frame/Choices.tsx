/** Language, theme, time zone: at hand on every screen, in force at once. */
import { useMantineColorScheme } from '@mantine/core'
import { IconClock, IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'
import { usePreferences } from '../parts/preferences.ts'
import { speak, useWords } from '../text/i18n.ts'

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const
const SIGN = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon }

export function Choices() {
  const { t, lang } = useWords()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [{ zone }, choose] = usePreferences()
  const Sign = SIGN[colorScheme]
  return (
    <div className="choices">
      <button type="button" onClick={() => choose({ zone: zone === 'utc' ? 'local' : 'utc' })} title={t('console.zone.change')}>
        <IconClock size={15} aria-hidden />
        {t(zone === 'utc' ? 'console.zone.utc' : 'console.zone.local')}
      </button>
      <button type="button" onClick={() => setColorScheme(NEXT[colorScheme])} title={t('console.theme.change')} aria-label={t(`console.theme.${colorScheme}`)}>
        <Sign size={15} aria-hidden />
      </button>
      <button type="button" lang={lang === 'zh' ? 'en' : 'zh-CN'} onClick={() => void speak(lang === 'zh' ? 'en' : 'zh')}>
        {lang === 'zh' ? 'English' : '中文'}
      </button>
    </div>
  )
}
