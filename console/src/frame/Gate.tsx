/** Lets in who is signed in; an address with a one-time secret signs in by itself. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { call } from '../api/client.ts'
import { live } from '../api/live.ts'
import { refused, type Problem } from '../api/problem.ts'
import { enter, useSession } from '../api/session.ts'
import type { Session } from '../api/types.ts'
import { Answered, Waiting } from '../parts/states.tsx'
import { NewPassword, SignIn } from './SignIn.tsx'

const ONCE = 'one-time='

/** The secret behind `#`, taken out of the address before anything else can see it. */
function secretOfAddress(): string | null {
  const at = location.hash.indexOf(ONCE)
  if (at < 0) return null
  const secret = decodeURIComponent(location.hash.slice(at + ONCE.length))
  history.replaceState(null, '', location.pathname + location.search)
  return secret
}

const FAILED = '#sign-in-failed='

/** Why the issuer's sign-in failed, taken out of the address: a code of the catalogue and its numbers, no text. */
function failureOfAddress(): Problem | null {
  if (!location.hash.startsWith(FAILED)) return null
  const [code = '', ...rest] = location.hash.slice(FAILED.length).split('&')
  history.replaceState(null, '', location.pathname + location.search)
  const numbers = [...new URLSearchParams(rest.join('&'))].filter(([, value]) => /^\d{1,9}$/.test(value))
  if (!/^[a-z_]{1,40}$/.test(code)) return null
  return refused(code, Object.fromEntries(numbers))
}

const given = secretOfAddress()
const failed = failureOfAddress()
let spent: Promise<Session> | null = null

export function Gate({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const session = useSession()
  const [entering, setEntering] = useState(given !== null)
  const [refusal, setRefusal] = useState<unknown>(failed)
  useEffect(() => {
    if (given === null) return
    spent ??= call<Session>('POST', '/session/one-time', { body: { secret: given } })
    spent.then((found) => enter(client, found), setRefusal).finally(() => setEntering(false))
  }, [client])
  const inside = session.data != null && !session.data.must_change_password
  useEffect(() => {
    if (inside) live.open()
    else live.close()
  }, [inside])
  if (entering) return <Waiting />
  return (
    <Answered query={session}>
      {(found) => {
        if (found === null) return <SignIn refused={refusal} />
        return found.must_change_password ? <NewPassword session={found} /> : children
      }}
    </Answered>
  )
}
