/** Incidents whose evidence a person holds: retention leaves alone what their alerts refer to. */
import { Button, Modal, Textarea } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Page } from '../../api/types.ts'
import { Form } from '../../parts/Form.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Moment } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'

interface Held {
  id: string
  etag: string
  title: { en: string; zh: string }
  hold: { at: string | null; who: string | null; reason: string | null } | null
}

export function Holds() {
  const { t, lang } = useWords()
  const may = useMay()
  const held = useQuery({ queryKey: ['incidents', 'held'], queryFn: () => get<Page<Held>>('/incidents', { held: true, limit: 200 }) })
  const [releasing, setReleasing] = useState<Held | null>(null)
  return (
    <section className="card">
      <h2>{t('console.retention.holds')}</h2>
      <p className="quiet">{t('console.retention.holds_mean')}</p>
      <Answered query={held}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{t('console.retention.no_holds')}</p>
          ) : (
            <Sheet>
              <table className="plain rows">
                <thead>
                  <tr>
                    <th scope="col">{t('console.retention.incident')}</th>
                    <th scope="col">{t('console.retention.who')}</th>
                    <th scope="col">{t('console.retention.since')}</th>
                    <th scope="col">{t('console.retention.reason')}</th>
                    <th scope="col"><span className="sr">{t('console.retention.release')}</span></th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((each) => (
                    <tr key={each.id}>
                      <td><Link to="/incidents/$id" params={{ id: each.id }}>{each.title[lang]}</Link></td>
                      <td>{each.hold?.who ?? '–'}</td>
                      <td><Moment at={each.hold?.at} /></td>
                      <td style={{ overflowWrap: 'anywhere' }}>{each.hold?.reason ?? '–'}</td>
                      <td>{may('incidents:change') && <Button variant="subtle" color="gray" onClick={() => setReleasing(each)}>{t('console.retention.release')}</Button>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Sheet>
          )
        }
      </Answered>
      <Modal opened={releasing !== null} onClose={() => setReleasing(null)} title={t('console.retention.release')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
        {releasing && <Release held={releasing} done={() => setReleasing(null)} />}
      </Modal>
    </section>
  )
}

function Release({ held, done: close }: { held: Held; done: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const release = () => {
    if (!reason.trim()) return
    void call('PATCH', `/incidents/${held.id}`, { body: { held: false, reason: reason.trim() }, etag: held.etag }).then(() => {
      void client.invalidateQueries({ queryKey: ['incidents'] })
      done(t('console.retention.released'))
      close()
    }, failed)
  }
  return (
    <Form submit={release}>
      <p>{t('console.retention.release_means')}</p>
      <Textarea label={t('console.retention.reason')} required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
      <Button type="submit" disabled={!reason.trim()}>{t('console.retention.release')}</Button>
    </Form>
  )
}
