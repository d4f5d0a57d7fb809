/** One drill: how far it is, which hop every proof reached and in what time, and its certificate. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { address, get } from '../../api/client.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Result } from './Drills.tsx'
import { Progress } from './Progress.tsx'
import { HOPS, type Drill, type Hop, type Trial, type Verification } from './types.ts'

const CHANGING = 1000
const SIGN: Record<Hop['state'], string> = { arrived: 'good', failed: 'bad', skipped: '', not_reached: '' }

export function DrillPage() {
  const { t } = useWords()
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const drill = useQuery({ queryKey: ['drills', id], queryFn: () => get<Drill>(`/drills/${id}`), refetchInterval: ({ state }) => (state.data?.state === 'done' ? false : CHANGING) })
  useKeys({ Escape: () => void navigate({ to: '/drills' }) })
  return (
    <Screen title={t('console.drill.one')} note={drill.data && <Moment at={drill.data.at} />}>
      <Answered query={drill}>{(found) => <Whole drill={found} />}</Answered>
    </Screen>
  )
}

function Whole({ drill }: { drill: Drill }) {
  const { t } = useWords()
  const { result } = drill
  const trials = (drill.trials ?? []).toSorted((a, b) => Number(a.state === 'passed') - Number(b.state === 'passed') || a.rule.localeCompare(b.rule))
  return (
    <div className="stack">
      <section className="card">
        {result === null ? (
          <Progress drill={drill} />
        ) : (
          <>
            <p className="what">
              <Result state={result.state} /> {t('console.drill.rules', { count: result.rules })}
              {result.failed.length > 0 && ` · ${t('console.drill.failed_rules', { names: result.failed.join(', ') })}`}
            </p>
            {result.stopped.length > 0 && <p className="warning">{t('console.drill.stopped', { names: result.stopped.join(', ') })}</p>}
            <Certificate drill={drill} />
          </>
        )}
      </section>
      {result && (
        <section className="card">
          <h2>{t('console.drill.times')}</h2>
          <table className="plain">
            <thead><tr><th scope="col">{t('console.drill.hop_name')}</th><th scope="col" className="num">{t('console.drill.median')}</th><th scope="col" className="num">{t('console.drill.longest')}</th></tr></thead>
            <tbody>
              {HOPS.map((hop) => (
                <tr key={hop}>
                  <td>{t(`console.drill.hop.${hop}`)}</td>
                  <td className="num">{milliseconds(result.times[hop]?.median)}</td>
                  <td className="num">{milliseconds(result.times[hop]?.longest)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {trials.length > 0 && <Trials trials={trials} />}
    </div>
  )
}

const milliseconds = (ns: number | null | undefined): string => (ns == null ? '–' : `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`)

function Trials({ trials }: { trials: Trial[] }) {
  const { t, lang } = useWords()
  return (
    <Sheet>
      <table className="plain rows">
        <thead>
          <tr>
            <th scope="col">{t('console.alerts.rule')}</th>
            <th scope="col">{t('console.rules.proof')}</th>
            <th scope="col">{t('console.drill.result')}</th>
            {HOPS.map((hop) => <th key={hop} scope="col">{t(`console.drill.hop.${hop}`)}</th>)}
          </tr>
        </thead>
        <tbody>
          {trials.map((each) => (
            <tr key={`${each.rule} ${each.capture}`}>
              <td><Link to="/rules/$name" params={{ name: each.rule }}>{each.rule}</Link></td>
              <td className="quiet mono">{each.capture}</td>
              <td>{each.alert ? <Link to="/alerts/$id" params={{ id: each.alert }}><Result state={each.state} /></Link> : <Result state={each.state} />}</td>
              {each.hops.map((hop) => (
                <td key={hop.hop}>
                  <Tag kind={SIGN[hop.state]}>{hop.state === 'arrived' ? milliseconds(hop.ns) : t(`console.drill.hop_state.${hop.state}`)}</Tag>
                  {hop.told[lang] && <div className="quiet">{hop.told[lang]}</div>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Sheet>
  )
}

function Certificate({ drill }: { drill: Drill }) {
  const { t } = useWords()
  const [asked, setAsked] = useState(false)
  const checked = useQuery({ queryKey: ['drills', drill.id, 'verification'], queryFn: () => get<Verification>(`/drills/${drill.id}/verification`), enabled: asked, gcTime: 0 })
  return (
    <div className="acts">
      <a href={address(`/drills/${drill.id}/certificate`)} download>{t('console.drill.certificate')}</a>
      {asked ? (
        <Answered query={checked}>
          {({ holds, signature, fingerprint }) => (
            <span><Tag kind={holds ? 'good' : 'bad'}>{t(holds ? 'console.report.holds' : 'console.report.broken')}</Tag> {t(`console.drill.signature.${signature as 'fine'}`)} <span className="quiet mono">{fingerprint?.slice(0, 12)}</span></span>
          )}
        </Answered>
      ) : (
        <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>{t('console.report.verify')}</Button>
      )}
      {drill.unsigned && <span className="warning">{t('console.drill.unsigned')}</span>}
    </div>
  )
}
