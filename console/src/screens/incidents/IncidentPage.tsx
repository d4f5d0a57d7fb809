/** One incident: what happened in which order, why these alerts belong together, what is to do, how grave it is. */
import { Button, Modal, Select, Textarea } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get, save } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.ts'
import { RESOLUTIONS, type Alert } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered } from '../../parts/states.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { CopyButton, Fact, Moment, Severity, Tag } from '../../parts/words.tsx'
import { say, useWords, type TextKey } from '../../text/i18n.ts'
import { number, span } from '../../text/moments.ts'
import { Form } from '../../parts/Form.tsx'
import { useRules } from '../rules/Rules.tsx'
import { Chain, titleOf } from './Incidents.tsx'
import type { Incident, Member, Risk, Task } from './types.ts'

type Change = Record<string, unknown>

export function IncidentPage() {
  const { t, word } = useWords()
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: session } = useSession()
  const may = useMay()
  const incident = useQuery({ queryKey: ['incident', id], queryFn: () => get<Incident>(`/incidents/${id}`) })
  const [closing, setClosing] = useState(false)
  const change = (body: Change, text: string, back?: Change) => {
    const etag = client.getQueryData<Incident>(['incident', id])?.etag ?? ''
    void call<Incident>('PATCH', `/incidents/${id}`, { body, etag }).then((changed) => {
      client.setQueryData(['incident', id], changed)
      void client.invalidateQueries({ queryKey: ['incidents'] })
      done(text, back ? () => change(back, t('console.incidents.taken_back')) : undefined)
    }, (error: unknown) => {
      failed(error)
      void incident.refetch()
    })
  }
  const take = () => {
    const before = incident.data
    if (!before || !may('incidents:change')) return false
    change({ status: 'in_progress', assignee: session?.user ?? '' }, t('console.incidents.taken'), { status: before.status === 'closed' ? 'new' : before.status, assignee: before.assignee ?? '' })
    return true
  }
  useKeys({ e: take, c: () => (may('incidents:change') ? setClosing(true) : false), Escape: () => void navigate({ to: '/incidents' }), r: () => void incident.refetch() })
  return (
    <Screen title={incident.data ? titleOf(incident.data, word) : t('console.nav.incidents')} actions={<CopyButton text={location.href} label={t('console.key.link')} />}>
      <Answered query={incident}>
        {(found) => (
          <div className="stack">
            <Head incident={found} take={take} close={() => setClosing(true)} />
            <div className="columns">
              <div className="stack">
                <Members members={found.members ?? []} incident={found} />
                <Line incident={found} />
              </div>
              <div className="stack">
                <RiskOf risk={found.risk} />
                <Tasks incident={found} tick={(task, now) => change({ ticks: { [task]: now } }, t(now ? 'console.incidents.ticked' : 'console.incidents.unticked'))} />
                <Measures measures={found.measures ?? {}} />
              </div>
            </div>
          </div>
        )}
      </Answered>
      <Modal opened={closing} onClose={() => setClosing(false)} title={t('console.key.close')} closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
        <Close submit={(resolution, reason) => { change({ status: 'closed', resolution, reason }, t('console.incidents.closed'), { status: 'in_progress' }); setClosing(false) }} />
      </Modal>
    </Screen>
  )
}

function Head({ incident, take, close }: { incident: Incident; take: () => unknown; close: () => void }) {
  const { t, word, lang } = useWords()
  const may = useMay()
  return (
    <section className="card">
      <div className="story-line">
        <Severity level={incident.severity} />
        <Tag kind={incident.status === 'new' ? 'new' : ''}>{incident.status === 'closed' ? word('resolution', incident.resolution) : word('status', incident.status)}</Tag>
        {incident.drill && <Tag>{word('term', 'drill')}</Tag>}
        <span className="quiet">{incident.assignee ?? t('console.nobody')}</span>
        {incident.merged_into && <Link to="/incidents/$id" params={{ id: incident.merged_into }}>{t('console.incidents.merged_into')}</Link>}
        <div className="grow" />
        {may('evidence:export') && (
          <>
            <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} aria-hidden />} onClick={() => void save(`/incidents/${incident.id}/packets.pcap`, `${incident.id}.pcap`).catch(failed)}>{t('console.evidence.download')}</Button>
            <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} aria-hidden />} onClick={() => void save(`/incidents/${incident.id}/packets.pcap?anonymise=true`, `${incident.id}-anonymised.pcap`).catch(failed)}>{t('console.evidence.download_anonymised')}</Button>
          </>
        )}
        {may('incidents:change') && (
          <div className="acts">
            <Button size="compact-sm" onClick={() => take()} rightSection={<kbd aria-hidden>e</kbd>}>{t('console.key.take')}</Button>
            {incident.status !== 'closed' && <Button size="compact-sm" variant="default" onClick={close} rightSection={<kbd aria-hidden>c</kbd>}>{t('console.key.close')}</Button>}
          </div>
        )}
      </div>
      <dl className="facts">
        <Fact name={t('console.incidents.chain')}><Chain tactics={incident.tactics} /></Fact>
        <Fact name={t('console.nav.assets')}>{incident.assets.join(', ')}</Fact>
        <Fact name={t('console.assets.zone')}>{incident.zones.join(', ') || '–'}</Fact>
        <Fact name={t('console.nav.alerts')}>{t('console.incidents.of', { alerts: number(incident.alerts.length, lang), count: number(incident.count, lang) })}</Fact>
        <Fact name={t('console.assets.seen')}><Moment at={incident.first_seen} /> – <Moment at={incident.last_seen} /></Fact>
      </dl>
    </section>
  )
}

function useTitles(): (rule: string) => string {
  const { lang } = useWords()
  const rules = useRules()
  return (name) => rules.data?.items.find((each) => each.name === name)?.text[lang].title ?? name
}

function Members({ members, incident }: { members: Member[]; incident: Incident }) {
  const { t, word, lang } = useWords()
  const may = useMay()
  const client = useQueryClient()
  const title = useTitles()
  const split = (alert: string) =>
    void call<{ decision: string }>('POST', `/incidents/${incident.id}/split`, { body: { alerts: [alert], reason: say('console.incidents.by_hand') } }).then(({ decision }) => {
      const refresh = () => void client.invalidateQueries({ predicate: ({ queryKey: [first] }) => first === 'incident' || first === 'incidents' })
      done(say('console.incidents.was_split'), () => void call('DELETE', `/incident-decisions/${decision}`).then(refresh, failed))
      refresh()
    }, failed)
  return (
    <section className="card">
      <h2>{t('console.incidents.members')}</h2>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('console.incidents.stage')}</th>
            <th scope="col">{t('console.nav.alerts')}</th>
            <th scope="col">{t('console.hunt.first')}</th>
            <th scope="col"><span className="sr">{t('console.users.what')}</span></th>
          </tr>
        </thead>
        <tbody>
          {members.map((each) => (
            <tr key={each.alert}>
              <td>{word('console.tactic', each.tactic)}<div><Severity level={each.severity} /></div></td>
              <td>
                <Link to="/alerts/$id" params={{ id: each.alert }}>{title(each.rule)}</Link> <span className="quiet num">{number(each.count, lang)}×</span>
                <div className="quiet">{each.why[lang]}</div>
              </td>
              <td><Moment at={each.first_seen} /></td>
              <td>{may('incidents:change') && members.length > 1 && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => split(each.alert)}>{t('console.incidents.split')}</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Line({ incident }: { incident: Incident }) {
  const { t, word } = useWords()
  const title = useTitles()
  return (
    <section className="card">
      <h2>{t('console.incidents.timeline')}</h2>
      <ol className="timeline">
        {incident.timeline?.map((each, index) => (
          <li key={`${each.at} ${index}`} className={each.severity ?? ''}>
            <Moment at={each.at} />{' '}
            {each.kind === 'alert' && each.rule && each.alert ? (
              <Link to="/alerts/$id" params={{ id: each.alert }}>{title(each.rule)}</Link>
            ) : each.kind === 'created' ? (
              <span className="quiet">{t('console.incidents.created')}</span>
            ) : (
              <>
                <b>{each.who}</b> {each.what === 'comment' ? t('console.history.comment') : t('console.history.change', { what: word('console.history.what', each.what), from: word('status', each.from ?? '–'), to: word('status', each.to ?? '–') })} {each.reason && <span className="quiet">{each.reason}</span>}
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

function RiskOf({ risk }: { risk: Risk }) {
  const { t, word } = useWords()
  const rows: [string, string, number][] = [
    [t('console.incidents.impact'), `${risk.impact.criticality.asset ?? '–'} (${word('console.criticality', risk.impact.criticality.word)}), ${word('console.tactic', risk.impact.operation.tactic)}`, risk.impact.value],
    [t('console.incidents.confidence'), Object.keys(risk.confidence.rules).join(', '), risk.confidence.value],
    [t('console.incidents.novelty'), t('console.incidents.seen_before', { known: risk.novelty.seen_before, alerts: risk.novelty.alerts }), risk.novelty.value],
  ]
  return (
    <section className="card">
      <h2>{t('console.incidents.risk')}</h2>
      <div className="score num">{risk.score}</div>
      <div className="terms-of">
        {rows.map(([name, from, value]) => (
          <Row key={name} name={name} from={from} value={value} />
        ))}
      </div>
    </section>
  )
}

const Row = ({ name, from, value }: { name: string; from: string; value: number }) => (
  <>
    <span>{name}</span>
    <span className="quiet">{from}</span>
    <span className="num">{value.toFixed(2)}</span>
  </>
)

function Tasks({ incident, tick }: { incident: Incident; tick: (task: string, done: boolean) => void }) {
  const { t, lang } = useWords()
  const may = useMay()
  // A step names things of its alert, so that alert tells it.
  const ids = [...new Set(incident.tasks?.map((task) => String(task.parameters['alert'])))]
  const found = useQueries({ queries: ids.map((id) => ({ queryKey: ['alert', id], queryFn: () => get<Alert>(`/alerts/${id}`) })) })
  const told = new Map(found.flatMap(({ data }) => (data ? [[data.id, data.told[lang].do ?? []] as const] : [])))
  const text = (task: Task): string => told.get(String(task.parameters['alert']))?.[Number(task.parameters['number']) - 1] ?? '…'
  return (
    <section className="card">
      <h2>{t('console.incidents.tasks')}</h2>
      <ol className="steps">
        {incident.tasks?.map((task) => (
          <li key={task.id}>
            <label className={task.done ? 'ticked' : ''}>
              <input type="checkbox" checked={task.done} disabled={!may('incidents:change')} onChange={(event) => tick(task.id, event.currentTarget.checked)} />
              <span>{text(task)}</span>
            </label>
          </li>
        ))}
      </ol>
    </section>
  )
}

const NS = 1e9

function Measures({ measures }: { measures: Record<string, number | null> }) {
  const { t } = useWords()
  return (
    <section className="card">
      <h2>{t('console.incidents.measures')}</h2>
      <dl className="facts">
        {Object.entries(measures).map(([name, value]) => (
          <Fact key={name} name={t(`console.incidents.measure.${name.toLowerCase()}` as TextKey)}>{value === null ? '–' : span(value / NS)}</Fact>
        ))}
      </dl>
    </section>
  )
}

function Close({ submit }: { submit: (resolution: string, reason: string) => void }) {
  const { t, word } = useWords()
  const [resolution, setResolution] = useState<string | null>('true_positive')
  const [reason, setReason] = useState('')
  return (
    <Form submit={() => submit(resolution ?? 'true_positive', reason)}>
      <Select label={t('console.close.as')} data={RESOLUTIONS.map((each) => ({ value: each, label: word('resolution', each) }))} value={resolution} onChange={setResolution} allowDeselect={false} data-autofocus />
      <Textarea label={t('console.reason')} description={t('console.reason_why')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required maxLength={4000} rows={2} />
      <Button type="submit">{t('console.key.close')}</Button>
    </Form>
  )
}
