import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import attack from 'virtual:attack'
import { get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered } from '../../parts/states.tsx'
import { Fact, Moment, Severity, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { useDrill } from '../drills/Drills.tsx'
import type { Rule } from './types.ts'

/** One rule: how it decides, why, what is harmless, its proof, its source. */
export function RulePage() {
  const { t, lang } = useWords()
  const { name = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const rule = useQuery({ queryKey: ['rule', name], queryFn: () => get<Rule>(`/rules/${encodeURIComponent(name)}`) })
  const may = useMay()
  const drill = useDrill()
  useKeys({ Escape: () => void navigate({ to: '/rules' }) })
  return (
    <Screen title={rule.data ? `${rule.data.name} ${rule.data.text[lang].title}` : name} actions={<>
        <Link to="/alerts" search={{ 'rule.name': name, status: ['new', 'in_progress', 'closed'] }}>{t('console.rules.its_alerts')}</Link>
        {may('drill:run') && <Button variant="default" onClick={() => drill({ rules: [name] })}>{t('console.drill.this')}</Button>}
      </>}>
      <Answered query={rule}>{(found) => <Whole rule={found} />}</Answered>
    </Screen>
  )
}

function Whole({ rule }: { rule: Rule }) {
  const { t, word, lang } = useWords()
  const text = rule.text[lang]
  return (
    <div className="columns">
      <section className="card">
        <div className="story-line">
          <Severity level={rule.level} />
          <Tag>{word('class', rule.class)}</Tag>
          <Tag>{word('learnable', rule.learnable)}</Tag>
        </div>
        <p className="what">{text.description || text.what}</p>
        <h2>{t('console.story.why')}</h2>
        <p>{text.why}</p>
        <h2>{t('console.story.do')}</h2>
        <ol className="steps">{text.do.map((step) => <li key={step}>{step}</li>)}</ol>
        {text.safety && <p className="safety">{text.safety}</p>}
        {text.harmless.length > 0 && (
          <>
            <h2>{t('console.rules.harmless')}</h2>
            <ul>{text.harmless.map((each) => <li key={each}>{each}</li>)}</ul>
          </>
        )}
        <dl className="facts">
          <Fact name={t('console.story.techniques')}>{rule.techniques.map((id) => <Tag key={id}>{id} {attack[id] ?? ''}</Tag>)}</Fact>
          <Fact name={t('console.story.controls')}>{rule.controls.map((each) => <Tag key={each}>{each}</Tag>)}</Fact>
          <Fact name={t('console.rules.needs')}>{rule.needs.map((need) => <Tag key={need} kind={rule.lacking.includes(need) ? 'warn' : ''}>{word('need', need)}</Tag>)}{rule.needs.length === 0 && '–'}</Fact>
          {rule.correlates.length > 0 && <Fact name={t('console.rules.correlates')}>{rule.correlates.join(', ')}</Fact>}
        </dl>
        <h2>{t('console.rules.proof')}</h2>
        {rule.drill && <p>{t('console.nav.drills')}: <Tag kind={rule.drill.state === 'passed' ? 'good' : 'bad'}>{t(`console.drill.state.${rule.drill.state}`)}</Tag> <Link to="/drills/$id" params={{ id: rule.drill.drill }}><Moment at={rule.drill.at} past /></Link></p>}
        <ul>
          {rule.proof.positive.map((each) => <li key={each}><Tag kind="bad">{t('console.rules.must_fire')}</Tag> <span className="mono">{each}</span></li>)}
          {rule.proof.benign.map((each) => <li key={each}><Tag kind="good">{t('console.rules.must_not')}</Tag> <span className="mono">{each}</span></li>)}
        </ul>
      </section>
      <pre className="source" tabIndex={0} aria-label={t('console.rules.source')}>{rule.source}</pre>
    </div>
  )
}
