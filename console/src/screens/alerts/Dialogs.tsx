/** Decisions that need a word: why, as what, to whom. */
import { Button, Checkbox, Modal, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.ts'
import { RESOLUTIONS, type Alert, type Page, type Resolution } from '../../api/types.ts'
import { done, failed } from '../../parts/toasts.tsx'
import { Form } from '../../parts/Form.tsx'
import { useWords } from '../../text/i18n.ts'
import { decideAll, patch } from './triage.ts'
import { Hold } from './Hold.tsx'

export interface Asked {
  what: 'close' | 'assign' | 'note' | 'learn' | 'mute'
  ids: string[]
}

export function Dialogs({ asked, close }: { asked: Asked | null; close: () => void }) {
  const { t } = useWords()
  const titles = {
    close: 'console.key.close', assign: 'console.key.assign', note: 'console.key.note', learn: 'console.key.learn', mute: 'console.key.mute',
  } as const
  return (
    <Modal opened={asked !== null} onClose={close} size={asked?.what === 'learn' || asked?.what === 'mute' ? 'lg' : 'md'} title={asked ? t(titles[asked.what]) : ''} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
      {asked?.what === 'close' && <Close ids={asked.ids} close={close} />}
      {asked?.what === 'assign' && <Assign ids={asked.ids} close={close} />}
      {asked?.what === 'note' && <Note ids={asked.ids} close={close} />}
      {(asked?.what === 'learn' || asked?.what === 'mute') && <Hold kind={asked.what} ids={asked.ids} close={close} />}
    </Modal>
  )
}

interface Part {
  ids: string[]
  close: () => void
}

function Close({ ids, close }: Part) {
  const { t, word } = useWords()
  const client = useQueryClient()
  const [resolution, setResolution] = useState<Resolution | null>(null)
  const [reason, setReason] = useState('')
  const submit = () => {
    if (!resolution) return
    void decideAll(client, ids, { status: 'closed', resolution, reason }, (count) => t('console.done.closed', { count, resolution: word('resolution', resolution) }))
    close()
  }
  return (
    <Form submit={submit}>
      <p className="quiet">{t('console.close.note', { count: ids.length })}</p>
      <fieldset className="choices-of">
        <legend>{t('console.close.as')}</legend>
        {RESOLUTIONS.map((each, index) => (
          <label key={each}>
            <input type="radio" name="resolution" value={each} checked={resolution === each} onChange={() => setResolution(each)} required {...(index === 0 ? { 'data-autofocus': true } : {})} />
            <span>
              <b>{word('resolution', each)}</b>
              <small>{t(`console.close.means.${each}`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <Textarea label={t('console.reason')} description={t('console.reason_why')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required maxLength={4000} minRows={2} rows={2} />
      <Button type="submit">{t('console.key.close')}</Button>
    </Form>
  )
}

function Assign({ ids, close }: Part) {
  const { t } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const { data: session } = useSession()
  const users = useQuery({ queryKey: ['users'], queryFn: () => get<Page<{ id: string; display: string }>>('/users'), enabled: may('users:read') })
  const [name, setName] = useState<string | null>(session?.user ?? null)
  const submit = () => {
    void decideAll(client, ids, { assignee: name ?? '' }, (count) => t('console.done.assigned', { count, name: name ?? t('console.nobody') }))
    close()
  }
  return (
    <Form submit={submit}>
      {users.data ? (
        <Select label={t('console.assign.to')} data={[{ value: '', label: t('console.nobody') }, ...users.data.items.map((each) => ({ value: each.id, label: each.display }))]} value={name} onChange={setName} searchable data-autofocus />
      ) : (
        <TextInput label={t('console.assign.to')} description={t('console.assign.empty')} value={name ?? ''} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      )}
      <Button type="submit">{t('console.key.assign')}</Button>
    </Form>
  )
}

function Note({ ids, close }: Part) {
  const { t } = useWords()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [keep, setKeep] = useState(false)
  const submit = () => {
    void Promise.all(ids.map((id) => call<Alert>('POST', `/alerts/${id}/comments`, { body: { text } }).then((alert) => patch(client, id, alert)))).then(
      () => done(t('console.done.noted')),
      failed,
    )
    if (keep) setText('')
    else close()
  }
  return (
    <Form submit={submit}>
      <Textarea label={t('console.note.text')} value={text} onChange={(event) => setText(event.currentTarget.value)} required maxLength={4000} rows={4} data-autofocus />
      <Checkbox label={t('console.note.keep')} checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} />
      <Button type="submit">{t('console.key.note')}</Button>
    </Form>
  )
}
