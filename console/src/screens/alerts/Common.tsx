/** The most frequent rules, ends and people of the list, each with its number of alerts. */
import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import type { Facets } from '../../api/types.ts'
import { Answered } from '../../parts/states.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { chosenBy, type Filter } from './filter.ts'

const SHOWN = 8
const FIELDS = [
  { field: 'rule.name', text: 'console.alerts.rule', narrow: (value: string): Partial<Filter> => ({ rule: [value] }) },
  { field: 'source.ip', text: 'console.alerts.source', narrow: (value: string): Partial<Filter> => ({ source: value }) },
  { field: 'destination.ip', text: 'console.alerts.destination', narrow: (value: string): Partial<Filter> => ({ destination: value }) },
  { field: 'assignee', text: 'console.alerts.assignee', narrow: (value: string): Partial<Filter> => ({ assignee: value }) },
] as const

export function Common({ filter, narrow }: { filter: Filter; narrow: (part: Partial<Filter>) => void }) {
  const { t, lang } = useWords()
  const query = chosenBy(filter)
  const found = useQuery({ queryKey: ['home', 'facets', query], queryFn: ({ signal }) => get<Facets>('/alerts/facets', { ...query, by: FIELDS.map(({ field }) => field) }, signal) })
  return (
    <Answered query={found}>
      {({ facets }) => (
        <div className="facets">
          {FIELDS.map(({ field, text, narrow: part }) => (
            <section key={field}>
              <h2>{t(text)}</h2>
              <ul>
                {facets[field]?.slice(0, SHOWN).map(({ value, alerts }) => (
                  <li key={value ?? ''}>
                    {value === null ? <span className="quiet">–</span> : <button type="button" className="link" onClick={() => narrow(part(value))}>{value}</button>}
                    <span className="num quiet">{number(alerts, lang)}</span>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Answered>
  )
}
