/** Where news goes: channels and routes as text, a test of each channel, and what became of each message. */
import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Answered, Empty } from '../../parts/states.tsx'
import { TextEditor, type Issue } from '../../parts/TextEditor.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Messages } from './Messages.tsx'

interface Channel {
  channel: string
  type: string
  place: string
}
interface NotifyText {
  text: string
  etag: string
  channels: Channel[]
}

export function Notifications() {
  const settings = useQuery({ queryKey: ['notify'], queryFn: () => get<NotifyText>('/notifications/settings') })
  return (
    <div className="stack">
      <Answered query={settings}>{(found) => <Editor key={found.etag} settings={found} />}</Answered>
      <Messages />
    </div>
  )
}

function Editor({ settings }: { settings: NotifyText }) {
  const { t } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const changes = may('notifications:change')
  const [text, setText] = useState(settings.text)
  const [settled] = useDebouncedValue(text, 500)
  const check = useQuery({
    queryKey: ['notify', 'check', settled],
    queryFn: () => call<{ issues: Issue[] }>('POST', '/notifications/settings/check', { body: { text: settled } }),
    staleTime: Infinity,
    placeholderData: (before) => before,
    enabled: changes,
  })
  useEffect(() => () => client.removeQueries({ queryKey: ['notify', 'check'] }), [client])
  const save = () =>
    void call<NotifyText>('PUT', '/notifications/settings', { body: { text }, etag: settings.etag }).then((kept) => {
      client.setQueryData(['notify'], kept)
      done(t('console.notify.saved'))
    }, failed)
  const sound = check.data?.issues.length === 0
  return (
    <TextEditor label={t('console.settings.notifications')} text={text} change={setText} readOnly={!changes} rows={18}>
      {(issues) => (
        <>
          {changes && (
            <section className="card">
              <h2>{t('console.site.check')}</h2>
              <Answered query={check}>{(found) => (sound ? <Tag kind="good">{t('console.site.sound')}</Tag> : issues(found.issues))}</Answered>
              <Button onClick={save} disabled={!sound || text === settings.text}>{t('console.save')}</Button>
              <p className="quiet">{t('console.notify.note')}</p>
            </section>
          )}
          <section className="card">
            <h2>{t('console.notify.channels')}</h2>
            {settings.channels.length === 0 ? <Empty title={t('console.notify.none')}>{t('console.notify.none_mend')}</Empty> : settings.channels.map((each) => <Reached key={each.channel} channel={each} />)}
          </section>
        </>
      )}
    </TextEditor>
  )
}

/** A channel and the answer of its receiver to a test. */
function Reached({ channel }: { channel: Channel }) {
  const { t } = useWords()
  const may = useMay()
  const [answer, setAnswer] = useState<{ delivered: boolean; told: string } | 'asking' | null>(null)
  const test = () => {
    setAnswer('asking')
    call<{ delivered: boolean; told: string }>('POST', `/notifications/channels/${encodeURIComponent(channel.channel)}/test`).then(setAnswer, (error: unknown) => {
      setAnswer(null)
      failed(error)
    })
  }
  return (
    <div className="channel">
      <b>{channel.channel}</b> <span className="quiet">{channel.type} · {channel.place}</span>
      {may('notifications:change') && <Button size="compact-sm" variant="default" loading={answer === 'asking'} onClick={test}>{t('console.notify.test')}</Button>}
      {answer && answer !== 'asking' && <p role="status"><Tag kind={answer.delivered ? 'good' : 'warn'}>{t(answer.delivered ? 'console.notify.delivered' : 'console.notify.undelivered')}</Tag> {answer.told}</p>}
    </div>
  )
}
