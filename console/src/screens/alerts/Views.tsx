/** Saved views: kept on the server, one's own and those that others share. */
import { Button, Menu } from '@mantine/core'
import { IconBookmark, IconTrash, IconUsers } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import type { Page, View } from '../../api/types.ts'
import { failed } from '../../parts/toasts.tsx'
import { Later } from '../../parts/Later.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import type { Filter } from './filter.ts'

const SaveView = lazy(() => import('./SaveView.tsx').then((module) => ({ default: module.SaveView })))

export function Views({ filter }: { filter: Filter }) {
  const { t } = useWords()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: session } = useSession()
  const [saving, setSaving] = useState(false)
  const views = useQuery({ queryKey: ['views', 'alerts'], queryFn: () => get<Page<View>>('/views', { screen: 'alerts' }) })
  const remove = (view: View) =>
    void call('DELETE', `/views/${view.id}`, { etag: view.etag }).then(() => client.invalidateQueries({ queryKey: ['views'] }), failed)
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="subtle" color="gray" className="choose" leftSection={<IconBookmark size={14} aria-hidden />}>
            {t('console.views.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.data?.items.map((view) => (
            <Menu.Item key={view.id} leftSection={view.shared ? <IconUsers size={13} aria-label={t('console.views.shared')} /> : <IconBookmark size={13} aria-hidden />} onClick={() => void navigate({ to: '/alerts', search: view.state as Search })}>
              {view.name}
            </Menu.Item>
          ))}
          {views.data?.items.length === 0 && <Menu.Label>{t('console.views.none')}</Menu.Label>}
          <Menu.Divider />
          <Menu.Item onClick={() => setSaving(true)}>{t('console.views.save')}</Menu.Item>
          {views.data?.items.filter((view) => view.owner === session?.user).map((view) => (
            <Menu.Item key={`remove ${view.id}`} leftSection={<IconTrash size={13} aria-hidden />} onClick={() => remove(view)}>
              {t('console.views.remove', { name: view.name })}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Later when={saving}><SaveView opened={saving} close={() => setSaving(false)} filter={filter} /></Later>
    </>
  )
}
