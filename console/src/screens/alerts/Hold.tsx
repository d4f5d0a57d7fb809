/** Learn and mute: what they would do to stored alerts is told before they are done. */
import { Button, Select, Textarea } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import type { Alert } from '../../api/types.ts'
import { Failed, Waiting } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Severity } from '../../parts/words.tsx'
import type { Severity as Level } from '../../theme/palette.ts'
import { say, useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { Form } from '../../parts/Form.tsx'
import { current } from './triage.ts'
import { Range, type Reach } from './Range.tsx'
import type { Rule } from '../rules/types.ts'

type Kind = 'learn' | 'mute'
interface Effect {
  days: number
  open: number
  recent: number
  counted: number
  warnings: { code: string; en: string; zh: string }[]
  severities: Record<string, number>
}

const WIDTHS = ['key', 'pair', 'zone', 'rule'] as const
type Width = (typeof WIDTHS)[number]
const FORMS = ['exact', 'range', 'role'] as const
const DAYS = [1, 7, 30, 90] as const

export function Hold({ kind, ids, close }: { kind: Kind; ids: string[]; close: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [id] = ids
  const alert = id ? current(client, id) : undefined
  const named = alert?.['rule.name'] ?? ''
  const rule = useQuery({ queryKey: ['rule', named], queryFn: () => get<Rule>(`/rules/${encodeURIComponent(named)}`), enabled: kind === 'learn' && named !== '' })
  if (!alert) return null
  if (ids.length > 1) return <p>{t('console.hold.one_only')}</p>
  // What may never be learned is said before a form is filled in vain. Should the rule not be there, the server says it.
  if (rule.isLoading) return <Waiting />
  if (kind === 'learn' && alert.drill) return <p>{t('console.hold.drill')}</p>
  if (rule.data?.learnable === 'never') return <p>{t('console.hold.never', { rule: named })}</p>
  return <HoldForm kind={kind} alert={alert} close={close} />
}

function HoldForm({ kind, alert, close }: { kind: Kind; alert: Alert; close: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [width, setWidth] = useState<Width>('key')
  const [form, setForm] = useState<(typeof FORMS)[number]>('exact')
  const [days, setDays] = useState<number>(kind === 'mute' ? 7 : 0)
  const [reason, setReason] = useState('')
  const [reach, setReach] = useState<Reach | null>(null)
  const body = {
    ...(kind === 'mute' ? { like: width } : form === 'range' ? { form, ...reach } : { form }),
    ...(days ? { until: `${days}d` } : {}),
  }
  const submit = () => {
    call<{ id: string; state: string }>('POST', `/alerts/${alert.id}/${kind}`, { body: { ...body, reason }, ...(kind === 'learn' ? { etag: alert.etag } : {}) }).then(
      (made) => {
        const refresh = () => void client.invalidateQueries({ queryKey: ['alerts'] })
        done(say(made.state === 'proposed' ? 'console.hold.proposed' : kind === 'mute' ? 'console.hold.muted' : 'console.hold.learned'), () => {
          void call('DELETE', `/${kind === 'mute' ? 'mutes' : 'baseline'}/${made.id}`).then(refresh, failed)
        })
        refresh()
      },
      failed,
    )
    close()
  }
  return (
    <Form submit={submit}>
      <p className="quiet">{t(kind === 'mute' ? 'console.hold.mute_note' : 'console.hold.learn_note')}</p>
      {kind === 'mute' ? (
        <Select label={t('console.hold.scope')} data={WIDTHS.map((each) => ({ value: each, label: t(`console.hold.width.${each}`) }))} value={width} onChange={(value) => setWidth((value ?? 'key') as Width)} allowDeselect={false} data-autofocus />
      ) : (
        <Select label={t('console.hold.form')} data={FORMS.map((each) => ({ value: each, label: t(`console.hold.form.${each}`) }))} value={form} onChange={(value) => setForm((value ?? 'exact') as typeof form)} allowDeselect={false} data-autofocus />
      )}
      {kind === 'learn' && form === 'range' && <Range alert={alert} set={setReach} />}
      <Select
        label={t('console.hold.until')}
        data={[...(kind === 'learn' ? [{ value: '0', label: t('console.hold.for_good') }] : []), ...DAYS.map((each) => ({ value: String(each), label: t('console.hold.days', { count: each }) }))]}
        value={String(days)}
        onChange={(value) => setDays(Number(value ?? 0))}
        allowDeselect={false}
      />
      <Preview kind={kind} alert={alert} body={body} wanted={JSON.stringify(kind === 'mute' ? [width, days] : [form, days, reach])} />
      <Textarea label={t('console.reason')} description={t('console.reason_why')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required maxLength={4000} rows={2} />
      <Button type="submit">{t(kind === 'mute' ? 'console.key.mute' : 'console.key.learn')}</Button>
    </Form>
  )
}

function Preview({ kind, alert, body, wanted }: { kind: Kind; alert: Alert; body: Record<string, unknown>; wanted: string }) {
  const { t, lang } = useWords()
  const effect = useQuery({
    queryKey: ['preview', kind, alert.id, wanted],
    queryFn: () => call<Effect>('POST', `/alerts/${alert.id}/${kind}/preview`, { body }),
    retry: false,
  })
  if (effect.isError) return <Failed error={effect.error} />
  if (!effect.data) return <Waiting />
  const { open, recent, counted, days, severities, warnings } = effect.data
  return (
    <div className="preview" role="status">
      <strong>{t('console.hold.preview')}</strong>
      <p>{t('console.hold.effect', { open: number(open, lang), recent: number(recent, lang), counted: number(counted, lang), days })}</p>
      <p>
        {Object.entries(severities).map(([level, count]) => (
          <span key={level}>
            {count} × <Severity level={level as Level} />{' '}
          </span>
        ))}
      </p>
      {warnings.map((each) => <p key={each.code} className="warning">{each[lang]}</p>)}
    </div>
  )
}
