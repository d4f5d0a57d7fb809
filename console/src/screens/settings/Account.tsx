import { Button, Checkbox, PasswordInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { enter, useSession } from '../../api/session.ts'
import type { Session } from '../../api/types.ts'
import { Choices } from '../../frame/Choices.tsx'
import { usePreferences } from '../../parts/preferences.ts'
import { done, failed } from '../../parts/toasts.tsx'
import { Fact, Moment } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Form } from '../../parts/Form.tsx'

export function Account() {
  const { t, word } = useWords()
  const { data: session } = useSession()
  const [chosen, choose] = usePreferences()
  if (!session) return null
  return (
    <div className="columns">
      <section className="card">
        <h2>{session.display}</h2>
        <dl className="facts">
          <Fact name={t('console.sign_in.name')}>{session.user}</Fact>
          <Fact name={t('console.users.roles')}>{session.roles.map((role) => word('console.person', role)).join(', ')}</Fact>
          <Fact name={t('console.account.ends')}><Moment at={session.ends} /></Fact>
          <Fact name={t('console.account.version')}>{session.version}</Fact>
        </dl>
        <h2>{t('console.account.screen')}</h2>
        <Choices />
        <Checkbox label={t('console.alerts.density')} checked={chosen.dense} onChange={(event) => choose({ dense: event.currentTarget.checked })} />
        <Checkbox label={t('console.key.single_on')} description={t('console.key.single_why')} checked={chosen.keys} onChange={(event) => choose({ keys: event.currentTarget.checked })} />
      </section>
      <Password />
    </div>
  )
}

function Password() {
  const { t } = useWords()
  const client = useQueryClient()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const submit = () =>
    void call<Session>('PUT', '/session/password', { body: { current, password } }).then((session) => {
      enter(client, session)
      setCurrent('')
      setPassword('')
      done(t('console.password.changed'))
    }, failed)
  return (
    <section className="card">
      <h2>{t('console.password.change')}</h2>
      <Form submit={submit}>
        <PasswordInput label={t('console.password.current')} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} autoComplete="current-password" required visibilityToggleButtonProps={{ 'aria-label': t('console.sign_in.see') }} />
        <PasswordInput label={t('console.password.new')} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" required minLength={12} visibilityToggleButtonProps={{ 'aria-label': t('console.sign_in.see') }} />
        <Button type="submit">{t('console.password.do')}</Button>
      </Form>
    </section>
  )
}
