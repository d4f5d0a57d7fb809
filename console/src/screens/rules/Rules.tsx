/** Every rule with its text and proof; what of ATT&CK for ICS is watched for. */
import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { get } from '../../api/client.ts'
import type { Facets, Page } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { Severity, Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import type { Coverage, Rule } from './types.ts'

export const useRules = () => useQuery({ queryKey: ['rules'], queryFn: () => get<Page<Rule>>('/rules'), staleTime: 300_000 })

export function Rules() {
  const { t } = useWords()
  const search = useSearch({ strict: false }) as Search
  const coverage = search['show'] === 'coverage'
  return (
    <Screen title={t('console.nav.rules')}>
      <nav className="tabs" aria-label={t('console.nav.rules')}>
        <Link to="/rules" search={{}} activeOptions={{ exact: true, includeSearch: true }}>{t('console.rules.list')}</Link>
        <Link to="/rules" search={{ show: 'coverage' }} activeOptions={{ exact: true, includeSearch: true }}>{t('console.rules.coverage')}</Link>
      </nav>
      {coverage ? <Matrix /> : <List />}
    </Screen>
  )
}

interface Accuracy {
  rule: string
  closed: number
  false_positives: number | null
}

/** How often each rule spoke, and how often it was wrong, among the stored alerts. */
function useNoise(): { alerts: ReadonlyMap<string, number>; wrong: ReadonlyMap<string, number | null> } {
  const spoke = useQuery({
    queryKey: ['home', 'spoke'],
    queryFn: () => get<Facets>('/alerts/facets', { by: 'rule.name', triage: false }),
    staleTime: 60_000,
  })
  const judged = useQuery({ queryKey: ['home', 'accuracy'], queryFn: () => get<Page<Accuracy>>('/rules/accuracy'), staleTime: 60_000 })
  return useMemo(
    () => ({
      alerts: new Map(spoke.data?.facets['rule.name']?.map(({ value, alerts }) => [value ?? '', alerts])),
      wrong: new Map(judged.data?.items.map(({ rule, false_positives }) => [rule, false_positives])),
    }),
    [spoke.data, judged.data],
  )
}

function List() {
  const { t, word, lang } = useWords()
  const navigate = useNavigate()
  const rules = useRules()
  const noise = useNoise()
  const finder = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  useKeys({ '/': () => finder.current?.focus() })
  const wanted = text.trim().toLowerCase()
  // Both languages are searched, so that a title read elsewhere is found here.
  const fits = (rule: Rule) => [rule.name, rule.text.en.title, rule.text.zh.title, ...rule.techniques, rule.class].some((each) => each.toLowerCase().includes(wanted))
  return (
    <>
      <div className="tools">
        <TextInput ref={finder} w={300} leftSection={<IconSearch size={14} aria-hidden />} aria-label={t('console.rules.search')} placeholder={t('console.rules.search')} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      </div>
      <Sheet>
        <Answered query={rules}>
          {({ items }) => (
            <table className="plain rows">
              <thead>
                <tr>
                  <th scope="col">{t('console.alerts.rule')}</th>
                  <th scope="col">{t('console.alerts.severity')}</th>
                  <th scope="col">{t('console.alerts.class')}</th>
                  <th scope="col">{t('console.rules.title')}</th>
                  <th scope="col">{t('console.story.techniques')}</th>
                  <th scope="col" className="num">{t('console.nav.alerts')}</th>
                  <th scope="col" className="num">{t('console.rules.wrong')}</th>
                  <th scope="col">{t('console.rules.proof')}</th>
                </tr>
              </thead>
              <tbody>
                {items.filter(fits).map((rule) => {
                  const [heard, wrong] = [noise.alerts.get(rule.name), noise.wrong.get(rule.name)]
                  return (
                    <tr key={rule.name} onClick={() => void navigate({ to: '/rules/$name', params: { name: rule.name } })}>
                      <td><Link to="/rules/$name" params={{ name: rule.name }}>{rule.name}</Link></td>
                      <td><Severity level={rule.level} /></td>
                      <td>{word('class', rule.class)}</td>
                      <td className="strong">{rule.text[lang].title}</td>
                      <td className="quiet">{rule.techniques.join(', ')}</td>
                      <td className="num">{heard ? number(heard, lang) : <span className="quiet">{t('console.rules.quiet')}</span>}</td>
                      <td className="num">{wrong == null ? '–' : `${Math.round(100 * wrong)} %`}</td>
                      <td className="quiet num">{rule.proof.positive.length} + {rule.proof.benign.length}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          )}
        </Answered>
      </Sheet>
    </>
  )
}

function Matrix() {
  const { t, word } = useWords()
  const coverage = useQuery({ queryKey: ['rules', 'coverage'], queryFn: () => get<Coverage>('/rules/coverage'), staleTime: 300_000 })
  return (
    <Answered query={coverage}>
      {({ tactics, techniques, covered }) => (
        <>
          <p className="tools quiet">{t('console.rules.covered', { covered, all: techniques.length })}</p>
          <div className="matrix" role="region" aria-label={t('console.rules.coverage')} tabIndex={0}>
            {tactics.map((tactic) => (
              <section key={tactic.id} className="tactic">
                <h2>{word('console.tactic', tactic.id)}</h2>
                {techniques.filter((each) => each.tactics.includes(tactic.id)).map((each) => (
                  <div key={each.id} className={each.rules.length ? 'cell covered' : 'cell'}>
                    {each.name}
                    <small>{each.id}{each.rules.length > 0 && <Tag>{each.rules.length}</Tag>}</small>
                  </div>
                ))}
              </section>
            ))}
          </div>
        </>
      )}
    </Answered>
  )
}
