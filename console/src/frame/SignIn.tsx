import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent, type ReactNode } from 'react'
import { address, call, get } from '../api/client.ts'
import { told } from '../api/problem.ts'
import { enter } from '../api/session.ts'
import type { Session, SignOn } from '../api/types.ts'
import { useWords } from '../text/i18n.ts'
import { Choices } from './Choices.tsx'

function Door({ title, note, error, onSubmit, children }: {
  title: string
  note: string
  error: unknown
  onSubmit: (event: FormEvent) => void
  children: ReactNode
}) {
  const { t } = useWords()
  const refusal = error ? told(error) : null
  return (
    <main className="door">
      <form onSubmit={onSubmit}>
        <img src="/bittern.svg" alt="" width={44} height={44} />
        <h1>{title}</h1>
        <p className="quiet">{note}</p>
        {refusal && (
          <div className="refusal" role="alert">
            <strong>{refusal.title}</strong>
            <span>{refusal.detail}</span>
          </div>
        )}
        {children}
      </form>
      <footer>
        <span className="quiet">{t('console.sign_in.passive')}</span>
        <Choices />
      </footer>
    </main>
  )
}

/** The way to the issuer, when there is one; the page that one wanted is come back to. */
function Issuer() {
  const { t } = useWords()
  const { data } = useQuery({ queryKey: ['sign-on'], queryFn: () => get<SignOn>('/session/oidc'), staleTime: Infinity })
  if (!data?.enabled) return null
  const way = address('/session/oidc/start', { next: location.pathname + location.search })
  return (
    <Button component="a" href={way} variant="default" size="sm">
      {t('console.sign_in.issuer', { name: data.name })}
    </Button>
  )
}

export function SignIn({ refused }: { refused: unknown }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>(refused)
  const [busy, setBusy] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    call<Session>('POST', '/session', { body: { name, password } })
      .then((session) => enter(client, session), setError)
      .finally(() => setBusy(false))
  }
  return (
    <Door title={t('console.sign_in.title')} note={t('console.sign_in.note')} error={error} onSubmit={submit}>
      <TextInput size="sm" label={t('console.sign_in.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="username" autoFocus required />
      <PasswordInput label={t('console.sign_in.password')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="current-password" required visibilityToggleButtonProps={{ 'aria-label': t('console.sign_in.see') }} />
      <Button type="submit" size="sm" loading={busy}>
        {t('console.sign_in.do')}
      </Button>
      <Issuer />
    </Door>
  )
}

const SHORTEST = 12

export function NewPassword({ session }: { session: Session }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState<unknown>(null)
  const differs = again !== '' && again !== password
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (differs) return
    call<Session>('PUT', '/session/password', { body: { password } }).then((found) => enter(client, found), setError)
  }
  return (
    <Door title={t('console.password.title', { name: session.display })} note={t('console.password.note', { count: SHORTEST })} error={error} onSubmit={submit}>
      <input type="hidden" name="username" value={session.user} autoComplete="username" />
      <PasswordInput label={t('console.password.new')} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="new-password" minLength={SHORTEST} autoFocus required visibilityToggleButtonProps={{ 'aria-label': t('console.sign_in.see') }} />
      <PasswordInput label={t('console.password.again')} value={again} onChange={(e) => setAgain(e.currentTarget.value)} autoComplete="new-password" required error={differs ? t('console.password.differs') : null} visibilityToggleButtonProps={{ 'aria-label': t('console.sign_in.see') }} />
      <Button type="submit" size="sm">
        {t('console.password.do')}
      </Button>
    </Door>
  )
}
