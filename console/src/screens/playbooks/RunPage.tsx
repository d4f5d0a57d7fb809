/** A run of a playbook: where it stands, what waits for a person, what was done by whom. */
import { Button, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { stateKind } from './Playbooks.tsx'
import { StepText } from './PlaybookPage.tsx'
import type { Run, Standing } from './types.ts'

type Decide = (body: Record<string, unknown>) => void

export function RunPage() {
  const { t, lang } = useWords()
  const { id = '' } = useParams({ strict: false })
  const client = useQueryClient()
  const may = useMay()
  const run = useQuery({ queryKey: ['run', id], queryFn: () => get<Run>(`/runs/${id}`), refetchInterval: ({ state }) => (state.data?.waiting.includes('work') ? 1500 : false) })
  const decide: Decide = (body) =>
    void call<Run>('POST', `/runs/${id}/decisions`, { body }).then((after) => {
      client.setQueryData(['run', id], after)
      void client.invalidateQueries({ queryKey: ['runs'] })
      done(t('console.playbooks.decided'))
    }, failed)
  return (
    <Screen title={run.data?.name[lang] ?? t('console.playbooks.run')} actions={run.data?.state === 'ongoing' && may('runs:answer') && <Button variant="default" onClick={() => decide({ what: 'cancel', reason: t('console.playbooks.cancelled_by_hand') })}>{t('console.playbooks.cancel')}</Button>}>
      <Answered query={run}>{(found) => <Whole run={found} decide={decide} />}</Answered>
    </Screen>
  )
}

function Whole({ run, decide }: { run: Run; decide: Decide }) {
  const { t, word, lang } = useWords()
  const told = run.told?.[lang]
  return (
    <div className="stack">
      <section className="card">
        <div className="story-line">
          <Tag kind={stateKind(run.state)}>{word('playbooks.status', run.state)}</Tag>
          {run.dry && <Tag>{t('console.playbooks.dry')}</Tag>}
          <span>{run.waiting.length > 0 && `${t('console.playbooks.waits')}: ${run.waiting.map((each) => word('playbooks.waiting', each)).join(', ')}`}</span>
          <span className="quiet">{run.by} · <Moment at={run.at} /></span>
          {run.alert && <Link to="/alerts/$id" params={{ id: run.alert }}>{t('console.playbooks.its_alert')}</Link>}
          {run.incident && <Link to="/incidents/$id" params={{ id: run.incident }}>{t('console.story.incident')}</Link>}
          <Link to="/playbooks/$slug" params={{ slug: run.playbook }} search={{}}>{t('console.playbooks.its_playbook')}</Link>
        </div>
      </section>
      <div className="columns">
        <section className="card">
          <h2>{t('console.playbooks.steps')}</h2>
          <ol className="play">
            {told?.steps.map((step) => (
              <li key={step.id} style={{ marginLeft: step.depth * 22 }} className={step.thread ? 'here' : ''}>
                <StepText step={step} />
                <div>
                  {step.status && <Tag kind={stateKind(step.status)}>{word('playbooks.status', step.status)}</Tag>}
                  {step.ticked_by && <Tag kind="good">{t('console.playbooks.ticked', { name: step.ticked_by })}</Tag>}
                  {step.approved_by.length > 0 && <Tag kind="good">{t('console.playbooks.approved', { names: step.approved_by.join(', ') })}</Tag>}
                </div>
                {step.thread && run.state === 'ongoing' && <Waits step={step} decide={decide} by={run.by} />}
                {!step.thread && !step.status && step.tickable && run.state === 'ongoing' && <Tick step={step} decide={decide} />}
              </li>
            ))}
          </ol>
        </section>
        <section className="card">
          <h2>{t('console.playbooks.record')}</h2>
          <ol className="timeline">
            {told?.lines.map((line, index) => (
              <li key={`${line.at} ${index}`}>
                <Moment at={line.at} /> <b>{line.who}</b> {line.step_name && <span className="quiet">{line.step_name}: </span>}{line.text}
              </li>
            ))}
          </ol>
        </section>
      </div>
    </div>
  )
}

function Tick({ step, decide }: { step: Standing; decide: Decide }) {
  const { t } = useWords()
  const may = useMay()
  if (!may('runs:answer')) return null
  return (
    <label className="tick">
      <input type="checkbox" checked={step.ticked_by !== null} onChange={(event) => decide({ what: 'tick', step: step.id, ticked: event.currentTarget.checked })} /> {t('console.playbooks.tick')}
    </label>
  )
}

/** What a person is asked here: an approval with its arguments and undo, an answer, what became of a broken step. */
function Waits({ step, decide, by }: { step: Standing; decide: Decide; by: string }) {
  const { t } = useWords()
  const may = useMay()
  const { data: session } = useSession()
  const [note, setNote] = useState('')
  const thread = step.thread
  if (step.phase === 'approval') {
    return (
      <div className="preview">
        {step.arguments && <p className="mono">{Object.entries(step.arguments).map(([name, value]) => `${name}: ${String(value)}`).join(' · ')}</p>}
        {step.undo && <p>{t('console.playbooks.undo', { how: step.undo })}</p>}
        {may('runs:approve') && session && session.user !== by ? (
          <div className="acts">
            <Button size="compact-sm" onClick={() => decide({ what: 'approve', thread })}>{t('console.playbooks.approve', { name: session.display })}</Button>
            <Button size="compact-sm" variant="default" onClick={() => decide({ what: 'refuse', thread, reason: t('console.playbooks.refused_by_hand') })}>{t('console.playbooks.refuse')}</Button>
          </div>
        ) : (
          <p>{t('console.playbooks.wait_approval', { name: by })}</p>
        )}
      </div>
    )
  }
  if (!may('runs:answer')) return null
  if (step.phase === 'answer') {
    const answers = step.answers.length ? step.answers : [{ value: 'done', text: t('console.playbooks.done') }]
    return (
      <div className="preview">
        <TextInput label={t('console.playbooks.note')} value={note} onChange={(event) => setNote(event.currentTarget.value)} maxLength={2000} />
        <div className="acts">
          {answers.map((each) => (
            <Button key={each.value} size="compact-sm" onClick={() => decide({ what: 'answer', thread, ...(step.answers.length ? { value: each.value } : {}), note })}>{each.text}</Button>
          ))}
          <Button size="compact-sm" variant="default" onClick={() => decide({ what: 'answer', thread, note, able: false })}>{t('console.playbooks.unable')}</Button>
        </div>
      </div>
    )
  }
  if (step.phase !== 'decision') return null
  return (
    <div className="preview">
      <p>{t('console.playbooks.interrupted')}</p>
      <div className="acts">
        {(['done', 'failed', 'again'] as const).map((became) => (
          <Button key={became} size="compact-sm" variant="default" onClick={() => decide({ what: 'decide', thread, became })}>{t(`console.playbooks.became.${became}`)}</Button>
        ))}
      </div>
    </div>
  )
}
