import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { usePreferences } from '../../parts/preferences.ts'
import { useWords } from '../../text/i18n.ts'
import { number, short } from '../../text/moments.ts'
import type { Asked } from './asked.ts'

interface Spans {
  step: number
  spans: { start: string; count: number }[]
}

/** Rows over time; a bar that is pressed narrows the question to its span. */
export function Timeline({ question, narrow }: { question: Asked; narrow: (part: Partial<Asked>) => void }) {
  const { t, lang } = useWords()
  const [{ zone }] = usePreferences()
  const { dataset, query, start, end } = question
  const spans = useQuery({
    queryKey: ['hunt', 'time', dataset, query, start, end],
    queryFn: () => call<Spans>('POST', '/events/timeline', { body: { dataset, query, start, ...(end ? { end } : {}) } }),
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (!spans.data?.spans.length) return null
  const { step, spans: found } = spans.data
  const at = found.map((each) => Date.parse(each.start))
  const [from, to] = [at[0] ?? 0, (at.at(-1) ?? 0) + step * 1000]
  const most = Math.max(...found.map((each) => each.count))
  return (
    <div className="over-time">
      <div className="over-time-bars" role="group" aria-label={t('console.hunt.over_time')}>
        {found.map((each, index) => {
          const label = `${short(each.start, zone)}: ${number(each.count, lang)}`
          return (
            <button
              key={each.start}
              type="button"
              title={label}
              aria-label={label}
              style={{ left: `${(100 * ((at[index] ?? 0) - from)) / (to - from)}%`, width: `max(5px, calc(${(100 * step * 1000) / (to - from)}% - 2px))`, height: `${Math.max((100 * each.count) / most, 4)}%` }}
              onClick={() => narrow({ start: each.start, end: new Date((at[index] ?? 0) + step * 1000).toISOString() })}
            />
          )
        })}
      </div>
      <div className="over-time-ends quiet num"><span>{short(new Date(from).toISOString(), zone)}</span><span>{t('console.hunt.step', { count: step })}</span><span>{short(new Date(to).toISOString(), zone)}</span></div>
    </div>
  )
}
