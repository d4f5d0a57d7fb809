/** A name for what the list shows, kept on the server. */
import { Button, Modal, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { View } from '../../api/types.ts'
import { done, failed } from '../../parts/toasts.tsx'
import { useWords } from '../../text/i18n.ts'
import { searchOf, type Filter } from './filter.ts'

export function SaveView({ opened, close, filter }: { opened: boolean; close: () => void; filter: Filter }) {
  const { t } = useWords()
  const may = useMay()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const save = (event: FormEvent) => {
    event.preventDefault()
    call<View>('POST', '/views', { body: { name, screen: 'alerts', shared, state: searchOf({ ...filter, open: null }) } }).then(() => {
      done(t('console.views.saved', { name }))
      void client.invalidateQueries({ queryKey: ['views'] })
      close()
    }, failed)
  }
  return (
    <Modal opened={opened} onClose={close} title={t('console.views.save')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
      <form onSubmit={save} className="form">
        <TextInput label={t('console.views.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={200} data-autofocus />
        {may('views:share') && <label className="tick-box"><input type="checkbox" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />{t('console.views.share')}</label>}
        <Button type="submit">{t('console.save')}</Button>
      </form>
    </Modal>
  )
}
