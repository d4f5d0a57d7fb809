/** Assessments made, reports made of them; begin another. */
import { Button, Checkbox, Modal, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Page } from '../../api/types.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { failed } from '../../parts/toasts.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Form } from '../../parts/Form.tsx'
import { Reports } from './Reports.tsx'
import { STATES, type Assessment, type Framework, type State } from './types.ts'

export const KIND: Record<State, string> = { pass: 'good', fail: 'bad', inconclusive: 'warn', not_applicable: '' }
export const useFrameworks = () => useQuery({ queryKey: ['frameworks'], queryFn: () => get<Page<Framework>>('/frameworks'), staleTime: Infinity })

export function Assessments() {
  const { t } = useWords()
  const may = useMay()
  const [making, setMaking] = useState(false)
  const assessments = useQuery({ queryKey: ['assessments'], queryFn: () => get<Page<Assessment>>('/assessments') })
  const run = may('assessments:run') && <Button onClick={() => setMaking(true)}>{t('console.assessment.run')}</Button>
  return (
    <Screen title={t('console.nav.assessment')} note={t('console.assessment.note')} actions={run}>
      <Answered query={assessments}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('console.assessment.none')} action={run}>{t('console.assessment.none_mend')}</Empty>
          ) : (
            <div className="stack">
              <Sheet><List items={items} /></Sheet>
              <Reports />
            </div>
          )
        }
      </Answered>
      <Modal opened={making} onClose={() => setMaking(false)} title={t('console.assessment.run')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
        <New close={() => setMaking(false)} />
      </Modal>
    </Screen>
  )
}

function List({ items }: { items: Assessment[] }) {
  const { t, word } = useWords()
  return (
    <table className="plain rows">
      <thead>
        <tr>
          <th scope="col">{t('console.views.name')}</th>
          <th scope="col">{t('console.audit.at')}</th>
          <th scope="col">{t('console.assessment.period')}</th>
          <th scope="col">{t('console.assessment.by')}</th>
          {STATES.map((state) => <th key={state} scope="col" className="num">{word('assess.state', state)}</th>)}
        </tr>
      </thead>
      <tbody>
        {items.map((each) => (
          <tr key={each.id}>
            <td className="strong"><Link to="/assessment/$id" params={{ id: each.id }} search={{}}>{each.name}</Link></td>
            <td><Moment at={each.made_at} /></td>
            <td><Moment at={each.start} /> – <Moment at={each.end} /></td>
            <td>{each.made_by}</td>
            {STATES.map((state) => <td key={state} className="num">{Object.values(each.states).reduce((sum, counted) => sum + (counted[state] ?? 0), 0)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function New({ close }: { close: () => void }) {
  const { t, lang } = useWords()
  const client = useQueryClient()
  const navigate = useNavigate()
  const frameworks = useFrameworks()
  const [name, setName] = useState('')
  const [chosen, choose] = useState<string[]>(['iec62443-3-3', 'gbt22239-2019-l3-ics'])
  const [start, setStart] = useState<string | null>('')
  const [busy, setBusy] = useState(false)
  const submit = () => {
    setBusy(true)
    call<Assessment>('POST', '/assessments', { body: { name, frameworks: chosen, ...(start ? { start } : {}) } })
      .then((made) => {
        void client.invalidateQueries({ queryKey: ['assessments'] })
        close()
        void navigate({ to: '/assessment/$id', params: { id: made.id } })
      }, failed)
      .finally(() => setBusy(false))
  }
  return (
    <Form submit={submit}>
      <TextInput label={t('console.views.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} required maxLength={200} data-autofocus />
      <Select label={t('console.assessment.period')} data={[{ value: '', label: t('console.assessment.everything') }, ...['24h', '7d', '30d', '180d'].map((span) => ({ value: span, label: t('console.alerts.last', { span }) }))]} value={start} onChange={setStart} allowDeselect={false} />
      <Checkbox.Group label={t('console.assessment.frameworks')} value={chosen} onChange={choose}>
        <div className="form" style={{ gap: 6, marginTop: 6 }}>
          {frameworks.data?.items.map((each) => <Checkbox key={each.id} value={each.id} label={each.title[lang]} />)}
        </div>
      </Checkbox.Group>
      <Button type="submit" loading={busy} disabled={!chosen.length}>{t('console.assessment.run')}</Button>
    </Form>
  )
}

/** Shares of the verdicts as a bar, and as words. */
export function States({ counted }: { counted: Partial<Record<State, number>> }) {
  const { word } = useWords()
  return (
    <>
      <span className="states" aria-hidden>
        {STATES.map((state) => (counted[state] ? <span key={state} className={state} style={{ flex: counted[state] }} /> : null))}
      </span>
      <span>{STATES.filter((state) => counted[state]).map((state) => <Tag key={state} kind={KIND[state]}>{counted[state]} {word('assess.state', state)}</Tag>)}</span>
    </>
  )
}
