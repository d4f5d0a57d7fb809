/** The alerts of the list to take away, all of them, in the order of time. */
import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { address } from '../../api/client.ts'
import { useWords } from '../../text/i18n.ts'
import { chosenBy, type Filter } from './filter.ts'

const FORMS = ['csv', 'ndjson', 'ecs'] as const

export function Export({ filter }: { filter: Filter }) {
  const { t, lang } = useWords()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" color="gray" className="choose" leftSection={<IconDownload size={14} aria-hidden />}>
          {t('console.export.title')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMS.map((form) => (
          <Menu.Item key={form} component="a" href={address('/export/alerts', { ...chosenBy(filter), form, lang })} download>
            {t(`console.export.${form}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
