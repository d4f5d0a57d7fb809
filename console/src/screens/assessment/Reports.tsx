/** Signed reports: make one, take it in any of its forms, check that it is as it was signed. */
import { Button, Modal, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { address, call, get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { Answered } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { Form } from '../../parts/Form.tsx'
import type { Report, Verification } from './types.ts'

const TEMPLATES = ['full', 'executive', 'controls', 'inventory'] as const
const SPOKEN = ['both', 'zh', 'en'] as const

export function Reports({ assessment }: { assessment?: string }) {
  const { t, lang } = useWords()
  const reports = useQuery({ queryKey: ['reports'], queryFn: () => get<Page<Report>>('/reports') })
  return (
    <section className="card">
      <h2>{t('console.report.title')}</h2>
      <Answered query={reports}>
        {({ items }) => {
          const shown = assessment ? items.filter((each) => each.assessment === assessment) : items
          if (!shown.length) return <p className="quiet">{t('console.report.none')}</p>
          return (
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">{t('console.report.title')}</th>
                  <th scope="col">{t('console.audit.at')}</th>
                  <th scope="col">{t('console.assessment.by')}</th>
                  <th scope="col">{t('console.report.forms')}</th>
                  <th scope="col">{t('console.report.whole')}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((each) => (
                  <tr key={each.id}>
                    <td>{t(`console.report.template.${each.template as 'full'}`)} <span className="quiet">{each.languages.join(' + ')} · {number(Math.round(each.size / 1024), lang)} kB</span></td>
                    <td><Moment at={each.at} /></td>
                    <td>{each.by}</td>
                    <td>{each.forms.map((form) => <span key={form}><a href={address(`/reports/${each.id}/files/${form}`)} target={form === 'html' || form === 'pdf' ? '_blank' : undefined} rel="noreferrer">{form}</a> </span>)}</td>
                    <td><Verified report={each.id} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }}
      </Answered>
    </section>
  )
}

function Verified({ report }: { report: string }) {
  const { t, word } = useWords()
  const [asked, setAsked] = useState(false)
  const checked = useQuery({ queryKey: ['verification', report], queryFn: () => get<Verification>(`/reports/${report}/verification`), enabled: asked, gcTime: 0 })
  if (!asked) return <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>{t('console.report.verify')}</Button>
  return (
    <Answered query={checked}>
      {({ holds, signature, fingerprint, changed, missing, added }) => (
        <>
          <Tag kind={holds ? 'good' : 'bad'}>{t(holds ? 'console.report.holds' : 'console.report.broken')}</Tag>
          <span className="quiet">{word('console.report.signature', signature)} {fingerprint?.slice(0, 12)} {[...changed, ...missing, ...added].join(', ')}</span>
        </>
      )}
    </Answered>
  )
}

export function MakeReport({ assessment, opened, close }: { assessment: string; opened: boolean; close: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [template, setTemplate] = useState<string | null>('full')
  const [language, setLanguage] = useState<string | null>('both')
  const [organisation, setOrganisation] = useState('')
  const [mark, setMark] = useState('TLP:AMBER')
  const [busy, setBusy] = useState(false)
  const submit = () => {
    setBusy(true)
    call<Report>('POST', '/reports', { body: { assessment, template, language, organisation, mark } })
      .then(() => {
        void client.invalidateQueries({ queryKey: ['reports'] })
        done(t('console.report.made'))
        close()
      }, failed)
      .finally(() => setBusy(false))
  }
  return (
    <Modal opened={opened} onClose={close} title={t('console.report.make')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
      <Form submit={submit}>
        <Select label={t('console.report.which')} data={TEMPLATES.map((each) => ({ value: each, label: t(`console.report.template.${each}`) }))} value={template} onChange={setTemplate} allowDeselect={false} data-autofocus />
        <Select label={t('console.report.language')} data={SPOKEN.map((each) => ({ value: each, label: t(`console.report.language.${each}`) }))} value={language} onChange={setLanguage} allowDeselect={false} />
        <TextInput label={t('console.report.organisation')} value={organisation} onChange={(event) => setOrganisation(event.currentTarget.value)} maxLength={200} />
        <TextInput label={t('console.report.mark')} value={mark} onChange={(event) => setMark(event.currentTarget.value)} maxLength={60} />
        <Button type="submit" loading={busy}>{t('console.report.make')}</Button>
      </Form>
    </Modal>
  )
}
