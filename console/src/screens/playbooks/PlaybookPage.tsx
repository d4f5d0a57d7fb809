/** One playbook: whom to call, what to take care of, its steps with their effects, its graph; start or rehearse it. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered } from '../../parts/states.tsx'
import { failed } from '../../parts/toasts.tsx'
import { Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import { EFFECT } from './Playbooks.tsx'
import { Picture } from './Picture.tsx'
import type { Playbook, Run, Step } from './types.ts'

/** Starts a playbook and goes to its run. */
export function useStart(): (playbook: string, about: { alert?: string; incident?: string }, dry: boolean) => void {
  const navigate = useNavigate()
  const client = useQueryClient()
  return (playbook, about, dry) =>
    void call<Run>('POST', '/runs', { body: { playbook, ...about, dry } }).then((run) => {
      client.setQueryData(['run', run.id], run)
      void client.invalidateQueries({ queryKey: ['runs'] })
      void navigate({ to: '/runs/$id', params: { id: run.id } })
    }, failed)
}

export function PlaybookPage() {
  const { t, lang } = useWords()
  const { slug = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as Search
  const alert = typeof search['alert'] === 'string' ? { alert: search['alert'] } : {}
  const may = useMay()
  const start = useStart()
  const playbook = useQuery({ queryKey: ['playbook', slug], queryFn: () => get<Playbook>(`/playbooks/${slug}`), staleTime: 300_000 })
  return (
    <Screen
      title={playbook.data?.text[lang].name ?? t('console.nav.playbooks')}
      actions={
        may('runs:start') && (
          <>
            <Button variant="default" onClick={() => start(slug, alert, true)}>{t('console.playbooks.rehearse')}</Button>
            <Button onClick={() => start(slug, alert, false)}>{t('console.playbooks.start')}</Button>
          </>
        )
      }
    >
      <Answered query={playbook}>{(found) => <Whole playbook={found} />}</Answered>
    </Screen>
  )
}

function Whole({ playbook }: { playbook: Playbook }) {
  const { t, word, lang } = useWords()
  const text = playbook.text[lang]
  const told = playbook.told?.[lang]
  return (
    <div className="columns">
      <section className="card">
        <p className="what">{text.description}</p>
        <div className="safety" role="note">
          <div>
            <strong>{t('console.story.safety')}</strong>
            <div>{text.safety}</div>
          </div>
        </div>
        <p>{t('console.playbooks.call', { whom: text.call })}</p>
        <p><Tag kind={EFFECT[playbook.strongest_effect] ?? ''}>{word('playbooks.effect', playbook.strongest_effect)}</Tag></p>
        <h2>{t('console.playbooks.steps')}</h2>
        <ol className="play">{told?.steps.map((step) => <li key={step.id} style={{ marginLeft: step.depth * 22 }}><StepText step={step} /></li>)}</ol>
        {playbook.rules.length > 0 && <p className="quiet">{t('console.playbooks.rules')}: {playbook.rules.map((name) => <span key={name}><Link to="/rules/$name" params={{ name }}>{name}</Link> </span>)}</p>}
      </section>
      {told && <section className="card"><h2>{t('console.playbooks.graph')}</h2><Picture graph={told.graph} names={new Map(told.steps.map((step) => [step.id, step.name]))} /></section>}
    </div>
  )
}

export function StepText({ step }: { step: Step }) {
  const { t, word } = useWords()
  return (
    <div className="play-step">
      <div>
        {step.answer && <Tag>{step.answer}</Tag>} <span className="strong">{step.number}. {step.name}</span>{' '}
        {step.effect && step.effect !== 'observe' && <Tag kind={EFFECT[step.effect] ?? ''}>{word('playbooks.effect', step.effect)}</Tag>}
        {step.approvals > 0 && <Tag kind="warn">{t('console.playbooks.approvals', { count: step.approvals })}</Tag>}
      </div>
      {step.text && <div className="quiet">{step.text}</div>}
      {step.who && <div className="quiet">{t('console.playbooks.who', { name: step.who })}</div>}
      {step.safety && <div className="warning">{step.safety}</div>}
      {step.undo && (step.approvals > 0 || step.manual) && <div className="quiet">{t('console.playbooks.undo', { how: step.undo })}</div>}
    </div>
  )
}
