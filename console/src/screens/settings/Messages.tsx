/** Messages that left or did not; what was given up can be sent again under its id. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Page } from '../../api/types.ts'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'

interface Message {
  id: string
  at: string
  state: string
  channel: string
  kind: string
  subject: string[]
  attempts: number
  why_text: string | null
}

const STATES = ['dead', 'pending', 'held', 'folded', 'sent'] as const

export function Messages() {
  const { t, word } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const [state, setState] = useState<string | null>(null)
  const messages = useQuery({
    queryKey: ['messages', state],
    queryFn: () => get<Page<Message>>('/notifications/messages', { state }),
    refetchInterval: 5000,
  })
  const again = (id: string) =>
    void call('POST', `/notifications/messages/${id}/again`).then(() => {
      done(t('console.notify.again_done'))
      void client.invalidateQueries({ queryKey: ['messages'] })
    }, failed)
  return (
    <section>
      <h2>{t('console.notify.messages')}</h2>
      <div className="tools" role="group" aria-label={t('console.alerts.column.state')}>
        {[null, ...STATES].map((each) => (
          <Button key={each ?? ''} size="compact-sm" variant={state === each ? 'filled' : 'default'} aria-pressed={state === each} onClick={() => setState(each)}>
            {each ? word('notify.state', each) : t('console.notify.every')}
          </Button>
        ))}
      </div>
      <Answered query={messages}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('console.notify.no_messages')}>{t('console.notify.no_messages_mend')}</Empty>
          ) : (
            <Sheet>
              <table className="plain rows">
                <thead>
                  <tr>
                    <th scope="col">{t('console.notify.at')}</th>
                    <th scope="col">{t('console.notify.channel')}</th>
                    <th scope="col">{t('console.notify.about')}</th>
                    <th scope="col">{t('console.alerts.column.state')}</th>
                    <th scope="col">{t('console.notify.attempts')}</th>
                    <th scope="col"><span className="sr">{t('console.notify.again')}</span></th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((each) => (
                    <tr key={each.id}>
                      <td><Moment at={each.at} /></td>
                      <td className="strong">{each.channel}</td>
                      <td>{word('notify.kind', each.kind)}</td>
                      <td>
                        <Tag kind={each.state === 'dead' ? 'warn' : each.state === 'sent' ? 'good' : ''}>{word('notify.state', each.state)}</Tag> <span className="quiet">{each.why_text}</span>
                      </td>
                      <td className="num">{each.attempts}</td>
                      <td>{may('notifications:change') && (each.state === 'dead' || each.state === 'sent') && <Button size="compact-sm" variant="subtle" color="gray" onClick={() => again(each.id)}>{t('console.notify.again')}</Button>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Sheet>
          )
        }
      </Answered>
    </section>
  )
}
