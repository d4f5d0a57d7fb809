import { Button, Select, Textarea } from '@mantine/core'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { done, failed } from '../../parts/toasts.tsx'
import { useWords } from '../../text/i18n.ts'
import { Form } from '../../parts/Form.tsx'
import { STATES } from './types.ts'

const BASES = ['attested', 'override'] as const

/** What a person says of a control: attest what traffic cannot show, or override what was measured, until a day. */
export function Judge({ control }: { control: string }) {
  const { t, word } = useWords()
  const [open, setOpen] = useState(false)
  const [basis, setBasis] = useState<string | null>('attested')
  const [state, setState] = useState<string | null>('pass')
  const [days, setDays] = useState<string | null>('180')
  const [reason, setReason] = useState('')
  if (!open) return <div><Button variant="default" size="compact-sm" onClick={() => setOpen(true)}>{t('console.assessment.judge')}</Button></div>
  const submit = () =>
    void call('POST', '/judgements', { body: { control, basis, state, reason, expires: `${days ?? '180'}d` } }).then(() => {
      done(t('console.assessment.judged'))
      setOpen(false)
    }, failed)
  return (
    <Form submit={submit}>
      <div className="story-line">
        <Select label={t('console.assessment.basis')} data={BASES.map((each) => ({ value: each, label: word('assess.basis', each) }))} value={basis} onChange={setBasis} allowDeselect={false} />
        <Select label={t('console.assessment.verdict')} data={STATES.map((each) => ({ value: each, label: word('assess.state', each) }))} value={state} onChange={setState} allowDeselect={false} />
        <Select label={t('console.hold.until')} data={['30', '180', '365'].map((each) => ({ value: each, label: t('console.hold.days', { count: each }) }))} value={days} onChange={setDays} allowDeselect={false} />
      </div>
      <Textarea label={t('console.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required maxLength={4000} rows={2} />
      <Button type="submit">{t('console.assessment.judge')}</Button>
    </Form>
  )
}
