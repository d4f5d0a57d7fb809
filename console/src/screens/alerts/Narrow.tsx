/** What the alerts of the list have most in common; a click narrows the list to it. */
import { Button, Popover } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useWords } from '../../text/i18n.ts'
import type { Filter } from './filter.ts'

const Common = lazy(() => import('./Common.tsx').then((module) => ({ default: module.Common })))

export function Narrow({ filter, change }: { filter: Filter; change: (part: Partial<Filter>) => void }) {
  const { t } = useWords()
  const [opened, setOpened] = useState(false)
  const narrow = (part: Partial<Filter>) => {
    setOpened(false)
    change(part)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus width={640}>
      <Popover.Target>
        <Button variant="subtle" color="gray" className="choose" aria-expanded={opened} onClick={() => setOpened((before) => !before)} rightSection={<IconChevronDown size={13} aria-hidden />}>
          {t('console.alerts.narrow')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {opened && <Suspense><Common filter={filter} narrow={narrow} /></Suspense>}
      </Popover.Dropdown>
    </Popover>
  )
}
