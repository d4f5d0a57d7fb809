import { Button, Checkbox, Modal, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.ts'
import type { Page } from '../../api/types.ts'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { failed } from '../../parts/toasts.tsx'
import { CopyButton, Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Form } from '../../parts/Form.tsx'

interface Token {
  id: string
  name: string
  user: string
  scopes: string[]
  expires: string
  used: string | null
  state: 'active' | 'revoked'
}

export function Tokens() {
  const { t, word } = useWords()
  const client = useQueryClient()
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => get<Page<Token>>('/tokens') })
  const [making, setMaking] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const refresh = () => void client.invalidateQueries({ queryKey: ['tokens'] })
  const make = <Button onClick={() => setMaking(true)}>{t('console.tokens.new')}</Button>
  return (
    <>
      <Answered query={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('console.tokens.none')} action={make}>{t('console.tokens.none_mend')}</Empty>
          ) : (
            <>
              <div className="tools">{make}</div>
              <Sheet>
                <table className="plain rows">
                  <thead>
                    <tr>
                      <th scope="col">{t('console.views.name')}</th>
                      <th scope="col">{t('console.tokens.user')}</th>
                      <th scope="col">{t('console.tokens.scopes')}</th>
                      <th scope="col">{t('console.tokens.expires')}</th>
                      <th scope="col">{t('console.tokens.used')}</th>
                      <th scope="col">{t('console.alerts.column.state')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((each) => (
                      <tr key={each.id}>
                        <td className="strong">{each.name}</td>
                        <td>{each.user}</td>
                        <td>{each.scopes.map((scope) => <Tag key={scope}>{scope}</Tag>)}</td>
                        <td><Moment at={each.expires} /></td>
                        <td><Moment at={each.used} past /></td>
                        <td>
                          {each.state === 'active' ? (
                            <Button variant="subtle" color="gray" onClick={() => void call('DELETE', `/tokens/${each.id}`).then(refresh, failed)}>{t('console.tokens.revoke')}</Button>
                          ) : (
                            <Tag kind="warn">{word('console.tokens.state', each.state)}</Tag>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Sheet>
            </>
          )
        }
      </Answered>
      <Modal opened={making} onClose={() => setMaking(false)} title={t('console.tokens.new')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
        <NewToken made={(text) => { setMaking(false); setSecret(text); refresh() }} />
      </Modal>
      <Modal opened={secret !== null} onClose={() => setSecret(null)} title={t('console.tokens.secret')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
        <p>{t('console.tokens.secret_note')}</p>
        <p className="secret mono">{secret} <CopyButton text={secret ?? ''} label={t('console.copy')} /></p>
      </Modal>
    </>
  )
}

const DAYS = [7, 30, 90, 366]
const PROGRAMS = ['integrator', 'sensor']

interface Owner {
  id: string
  name: string
  roles: string[]
  permissions: string[]
  state: 'active' | 'disabled'
}

function NewToken({ made }: { made: (secret: string) => void }) {
  const { t } = useWords()
  const { data: session } = useSession()
  const may = useMay()
  const users = useQuery({ queryKey: ['users'], queryFn: () => get<Page<Owner>>('/users'), enabled: may('tokens:change') && may('users:read') })
  const programs = users.data?.items.filter((each) => each.state === 'active' && each.roles.some((role) => PROGRAMS.includes(role))) ?? []
  const [user, setUser] = useState('')
  const owner = programs.find((each) => each.id === user)
  const offered = owner ? owner.permissions.filter((each) => each !== 'tokens:own') : (session?.permissions ?? []).filter((each) => each.endsWith(':read'))
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const [scopes, setScopes] = useState<string[]>(['alerts:read'])
  const submit = () => void call<{ secret: string }>('POST', '/tokens', { body: { name, scopes: scopes.filter((each) => offered.includes(each)), days: Number(days), ...(user ? { user } : {}) } }).then(({ secret }) => made(secret), failed)
  return (
    <Form submit={submit}>
      <TextInput label={t('console.views.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={200} data-autofocus />
      {programs.length > 0 && <Select label={t('console.tokens.user')} data={[{ value: '', label: session?.display ?? '' }, ...programs.map((each) => ({ value: each.id, label: each.name }))]} value={user} onChange={(value) => setUser(value ?? '')} allowDeselect={false} />}
      <Select label={t('console.tokens.expires')} data={DAYS.map((each) => ({ value: String(each), label: t('console.hold.days', { count: each }) }))} value={days} onChange={(value) => setDays(value ?? '90')} allowDeselect={false} />
      <Checkbox.Group label={t('console.tokens.scopes')} value={scopes} onChange={setScopes}>
        <div style={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 6, marginTop: 6 }}>
          {offered.map((scope) => <Checkbox key={scope} value={scope} label={scope} />)}
        </div>
      </Checkbox.Group>
      <Button type="submit" disabled={!scopes.some((each) => offered.includes(each))}>{t('console.tokens.new')}</Button>
    </Form>
  )
}
