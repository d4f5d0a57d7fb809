/** One assessment: what could be seen, verdict by control with its evidence, the matrix, the plan of action, its report. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { Fact, Moment, Severity, Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import type { Severity as Level } from '../../theme/palette.ts'
import { KIND, States, useFrameworks } from './Assessments.tsx'
import { Judge } from './Judge.tsx'
import { MakeReport, Reports } from './Reports.tsx'
import { reasonText } from './reasons.ts'
import type { Assessment, Result, Verdict } from './types.ts'

const PARTS = ['controls', 'matrix', 'plan', 'seen'] as const

export function AssessmentPage() {
  const { t } = useWords()
  const { id = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as Search
  const part = PARTS.find((each) => each === search['part']) ?? 'controls'
  const may = useMay()
  const [reporting, setReporting] = useState(false)
  const assessment = useQuery({ queryKey: ['assessment', id], queryFn: () => get<Assessment>(`/assessments/${id}`) })
  return (
    <Screen title={assessment.data?.name ?? t('console.nav.assessment')} actions={may('reports:make') && <Button onClick={() => setReporting(true)}>{t('console.report.make')}</Button>}>
      <Answered query={assessment}>
        {(found) => (
          <div className="stack">
            <p className="quiet"><Moment at={found.start} /> – <Moment at={found.end} /> · {found.zones.join(', ')} · {found.made_by} · <span className="mono">{found.site_digest.slice(0, 12)}</span></p>
            <nav className="tabs" aria-label={t('console.nav.assessment')}>
              {PARTS.map((each) => (
                <Link key={each} to="/assessment/$id" params={{ id }} search={each === 'controls' ? {} : { part: each }} activeOptions={{ exact: true, includeSearch: true }}>{t(`console.assessment.part.${each}`)}</Link>
              ))}
            </nav>
            {part === 'controls' && <Controls assessment={found} />}
            {part === 'matrix' && <Matrix assessment={found} />}
            {part === 'plan' && <Plan assessment={found} />}
            {part === 'seen' && <Seen assessment={found} />}
            <Reports assessment={id} />
          </div>
        )}
      </Answered>
      <MakeReport assessment={id} opened={reporting} close={() => setReporting(false)} />
    </Screen>
  )
}

function Controls({ assessment }: { assessment: Assessment }) {
  const { t, word, lang } = useWords()
  const frameworks = useFrameworks()
  const shown = assessment.frameworks ?? []
  const [chosen, choose] = useState(shown[0]?.id ?? '')
  const [open, setOpen] = useState<string | null>(null)
  const titles = new Map(frameworks.data?.items.flatMap((each) => each.controls.map((control) => [control.control, control.title[lang]] as const)))
  const results = new Map(assessment.results?.map((each) => [each.query, each]))
  return (
    <>
      <div className="grid-of" role="group" aria-label={t('console.assessment.frameworks')}>
        {shown.map((each) => (
          <button key={each.id} type="button" className="framework" aria-pressed={each.id === chosen} onClick={() => choose(each.id)}>
            <span className="strong">{each.title[lang]}</span>
            <States counted={assessment.states[each.id] ?? {}} />
          </button>
        ))}
      </div>
      <Sheet>
        <table className="plain rows">
          <thead>
            <tr>
              <th scope="col">{t('console.assessment.control')}</th>
              <th scope="col">{t('console.assessment.verdict')}</th>
              <th scope="col">{t('console.assessment.basis')}</th>
              <th scope="col">{t('console.assessment.why')}</th>
              <th scope="col"><span className="sr">{t('console.story.evidence')}</span></th>
            </tr>
          </thead>
          <tbody>
            {assessment.verdicts?.filter((each) => each.framework === chosen).map((each) => [
              <tr key={each.control}>
                <td><span className="strong">{titles.get(each.control) ?? each.control}</span><div className="quiet">{each.control.split(':')[1]}</div></td>
                <td><Tag kind={KIND[each.state]}>{word('assess.state', each.state)}</Tag></td>
                <td className="quiet">{word('assess.basis', each.basis)}</td>
                <td>{each.reasons.slice(0, 2).map((reason) => <div key={reason.code + JSON.stringify(reason.parameters)}>{reasonText(reason, word)}</div>)}</td>
                <td><button type="button" className="link" aria-expanded={open === each.control} onClick={() => setOpen(open === each.control ? null : each.control)}>{t('console.story.evidence')}</button></td>
              </tr>,
              open === each.control && (
                <tr key={`${each.control} evidence`}>
                  <td colSpan={5}><Evidence verdict={each} results={each.queries.flatMap((name) => results.get(name) ?? [])} /></td>
                </tr>
              ),
            ])}
          </tbody>
        </table>
      </Sheet>
    </>
  )
}

function Evidence({ verdict, results }: { verdict: Verdict; results: Result[] }) {
  const { t, word, lang } = useWords()
  const may = useMay()
  return (
    <div className="stack">
      {verdict.reasons.slice(2).map((reason) => <p key={reason.code + JSON.stringify(reason.parameters)}>{reasonText(reason, word)}</p>)}
      {results.map((each) => (
        <section key={each.query} className="preview">
          <div><Tag kind={KIND[each.state]}>{word('assess.state', each.state)}</Tag> <span className="strong">{word('assess.query', each.query)}</span></div>
          <p>{[...each.reasons, ...each.visibility].map((reason) => reasonText(reason, word)).join(' ')}</p>
          <dl className="facts">
            <Fact name={t('console.assessment.rows')}>{number(each.rows, lang)}</Fact>
            {each.measure !== null && <Fact name={t('console.assessment.measured')}>{each.measure.toPrecision(3)}{each.needed !== null && ` / ${each.needed}`}</Fact>}
            <Fact name={t('console.assessment.digest')}><span className="mono" title={each.digest}>{each.digest.slice(0, 16)}…</span></Fact>
          </dl>
          {each.sample.length > 0 && <pre className="hex" tabIndex={0} aria-label={t('console.assessment.sample')}>{each.sample.slice(0, 5).map((row) => `${JSON.stringify(row)}\n`)}</pre>}
        </section>
      ))}
      {may('judgements:make') && <Judge control={verdict.control} />}
    </div>
  )
}

function Matrix({ assessment }: { assessment: Assessment }) {
  const { t, word } = useWords()
  const cells = assessment.matrix ?? []
  const [objects, means] = [[...new Set(cells.map((each) => each.object))], [...new Set(cells.map((each) => each.means))]]
  return (
    <section className="card">
      <p className="quiet">{t('console.assessment.matrix_note')}</p>
      <table className="plain six-four">
        <thead><tr><th scope="col">{t('console.story.objects')}</th>{means.map((each) => <th key={each} scope="col">{word('assess.means', each)}</th>)}</tr></thead>
        <tbody>
          {objects.map((object) => (
            <tr key={object}>
              <th scope="row">{word('object', object)}</th>
              {means.map((mean) => {
                const cell = cells.find((each) => each.object === object && each.means === mean)
                const parts = cell ? (['rules', 'queries', 'playbooks', 'proofs'] as const).filter((name) => cell[name] > 0) : []
                return (
                  <td key={mean} className={parts.length ? '' : 'empty'}>
                    {cell && parts.length ? parts.map((name) => <div key={name}>{t(`console.assessment.in.${name}`, { count: cell[name] })}</div>) : t('console.assessment.empty')}
                    {cell && cell.failed > 0 && <Tag kind="bad">{cell.failed} {word('assess.state', 'fail')}</Tag>}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Plan({ assessment }: { assessment: Assessment }) {
  const { t, word } = useWords()
  return (
    <Sheet>
      <table className="plain rows">
        <thead>
          <tr>
            <th scope="col">{t('console.alerts.severity')}</th>
            <th scope="col">{t('console.assessment.action')}</th>
            <th scope="col">{t('console.nav.assets')}</th>
            <th scope="col">{t('console.assets.owner')}</th>
            <th scope="col">{t('console.assessment.due')}</th>
          </tr>
        </thead>
        <tbody>
          {assessment.actions?.map((each) => (
            <tr key={each.id}>
              <td><Severity level={each.severity as Level} /></td>
              <td>{reasonText(each.summary, word)}<div className="quiet">{each.control}</div></td>
              <td>{each.assets.join(', ') || '–'}</td>
              <td>{each.owner ?? '–'}</td>
              <td><Moment at={each.due} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </Sheet>
  )
}

const share = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(2)} %`)

function Seen({ assessment }: { assessment: Assessment }) {
  const { t, word, lang } = useWords()
  const seen = assessment.visibility
  if (!seen) return null
  return (
    <section className="card">
      {seen.blind.map((reason) => <p key={reason.code}><Tag kind="warn">{t('console.sensors.blind')}</Tag> {reasonText(reason, word)}</p>)}
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('console.assets.zone')}</th>
            {(['uptime', 'loss', 'one_way', 'encrypted'] as const).map((name) => <th key={name} scope="col" className="num">{t(`console.assessment.seen.${name}`)}</th>)}
            <th scope="col" className="num">{t('console.map.flow_count')}</th>
            <th scope="col">{t('console.sensors.blind')}</th>
          </tr>
        </thead>
        <tbody>
          {seen.zones.map((zone) => (
            <tr key={zone.zone}>
              <td className="strong">{zone.zone}</td>
              {(['uptime', 'loss', 'one_way', 'encrypted'] as const).map((name) => <td key={name} className="num">{share(zone[name])}</td>)}
              <td className="num">{number(zone.flows, lang)}</td>
              <td>{zone.blind.map((reason) => reasonText(reason, word)).join(' ') || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
