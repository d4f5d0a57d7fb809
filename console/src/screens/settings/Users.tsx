import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.ts'
import type { Page } from '../../api/types.ts'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { CopyButton, Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Form } from '../../parts/Form.tsx'

interface User {
  id: string
  name: string
  display: string
  roles: string[]
  state: 'active' | 'disabled'
  origin: string
  locked_until: string | null
  at: string
  etag: string
}

const PEOPLE = ['admin', 'analyst', 'analyst_limited', 'auditor', 'engineer']
const PROGRAMS = ['integrator', 'sensor']

export function Users() {
  const { t, word } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const { data: session } = useSession()
  const users = useQuery({ queryKey: ['users'], queryFn: () => get<Page<User>>('/users') })
  const [making, setMaking] = useState(false)
  const [secret, setSecret] = useState<{ name: string; text: string } | null>(null)
  const refresh = () => void client.invalidateQueries({ queryKey: ['users'] })
  const turn = (user: User) =>
    void call('PATCH', `/users/${user.id}`, { body: { state: user.state === 'active' ? 'disabled' : 'active' }, etag: user.etag }).then(refresh, failed)
  const once = (user: User) =>
    void call<{ one_time: string }>('POST', `/users/${user.id}/one-time`, { body: {} }).then(({ one_time: text }) => {
      setSecret({ name: user.name, text })
      refresh()
    }, failed)
  return (
    <>
      {may('users:change') && (
        <div className="tools">
          <Button onClick={() => setMaking(true)}>{t('console.users.new')}</Button>
        </div>
      )}
      <Sheet>
        <Answered query={users}>
          {({ items }) => (
            <table className="plain rows">
              <thead>
                <tr>
                  <th scope="col">{t('console.sign_in.name')}</th>
                  <th scope="col">{t('console.users.roles')}</th>
                  <th scope="col">{t('console.alerts.column.state')}</th>
                  <th scope="col">{t('console.users.since')}</th>
                  <th scope="col"><span className="sr">{t('console.users.what')}</span></th>
                </tr>
              </thead>
              <tbody>
                {items.map((user) => (
                  <tr key={user.id}>
                    <td className="strong">{user.display}{user.display !== user.name && <span className="quiet"> {user.name}</span>}</td>
                    <td>{user.roles.map((role) => <Tag key={role}>{word('console.person', role)}</Tag>)}</td>
                    <td><Tag kind={user.state === 'active' ? 'good' : 'warn'}>{word('console.users.state', user.state)}</Tag></td>
                    <td><Moment at={user.at} /></td>
                    <td>
                      {may('users:change') && user.id !== session?.user && (
                        <>
                          {!user.roles.some((role) => PROGRAMS.includes(role)) && <Button variant="subtle" onClick={() => once(user)}>{t('console.users.one_time')}</Button>}
                          <Button variant="subtle" color="gray" onClick={() => turn(user)}>{t(user.state === 'active' ? 'console.users.disable' : 'console.users.enable')}</Button>
                        </>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Answered>
      </Sheet>
      <Modal opened={making} onClose={() => setMaking(false)} title={t('console.users.new')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
        <NewUser made={(name, text) => { setMaking(false); if (text) setSecret({ name, text }); refresh() }} />
      </Modal>
      <Modal opened={secret !== null} onClose={() => setSecret(null)} title={t('console.users.secret_of', { name: secret?.name ?? '' })} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
        <p>{t('console.users.secret_note')}</p>
        <p className="secret mono">
          {`${location.origin}/#one-time=${secret?.text ?? ''}`} <CopyButton text={`${location.origin}/#one-time=${secret?.text ?? ''}`} label={t('console.copy')} />
        </p>
      </Modal>
    </>
  )
}

function NewUser({ made }: { made: (name: string, secret: string | null) => void }) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<string[]>(['analyst'])
  const submit = () =>
    void call<{ one_time: string | null }>('POST', '/users', { body: { name, roles } }).then(({ one_time: text }) => {
      done(t('console.users.made', { name }))
      made(name, text)
    }, failed)
  return (
    <Form submit={submit}>
      <TextInput label={t('console.sign_in.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={64} data-autofocus />
      <Checkbox.Group label={t('console.users.roles')} value={roles} onChange={(next) => setRoles(ofOneKind(next, roles))}>
        <Roles title={t('console.users.of_people')} roles={PEOPLE} />
        <Roles title={t('console.users.of_programs')} roles={PROGRAMS} />
      </Checkbox.Group>
      <Button type="submit" disabled={!roles.length}>{t('console.users.new')}</Button>
    </Form>
  )
}

/** An account is a person's or a program's: what was chosen last decides. */
function ofOneKind(next: string[], before: string[]): string[] {
  const added = next.find((role) => !before.includes(role))
  if (added === undefined) return next
  const kind = PROGRAMS.includes(added) ? PROGRAMS : PEOPLE
  return next.filter((role) => kind.includes(role))
}

function Roles({ title, roles }: { title: string; roles: string[] }) {
  const { t, word } = useWords()
  return (
    <div className="form" style={{ gap: 6, marginTop: 6 }}>
      <span className="quiet">{title}</span>
      {roles.map((role) => <Checkbox key={role} value={role} label={word('console.person', role)} description={t(`console.person_may.${role}` as 'console.person_may.admin')} />)}
    </div>
  )
}
