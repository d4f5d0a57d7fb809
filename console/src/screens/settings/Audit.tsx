import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button } from '@mantine/core'
import { get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { Sheet } from '../../parts/Sheet.tsx'
import { Failed, Waiting } from '../../parts/states.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'

interface Line {
  number: number
  at: string
  who: string
  what: string
  kind: string | null
  id: string | null
  parameters: Record<string, unknown>
  hash: string
}

const AT_ONCE = 500

export function Audit() {
  const { t, lang } = useWords()
  const check = useQuery({ queryKey: ['audit', 'check'], queryFn: () => get<{ lines: number; broken: number | null; head: string }>('/audit/check') })
  const lines = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) => get<Page<Line>>('/audit', { after: pageParam, limit: AT_ONCE }),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.cursor === null ? undefined : Number(page.cursor)),
  })
  if (lines.isError) return <Failed error={lines.error} retry={() => void lines.refetch()} />
  if (!lines.data) return <Waiting />
  const all = lines.data.pages.flatMap((page) => page.items).reverse()
  return (
    <>
      <div className="tools">
        {check.data && (check.data.broken === null ? <Tag kind="good">{t('console.audit.whole', { count: number(check.data.lines, lang) })}</Tag> : <Tag kind="bad">{t('console.audit.broken', { line: check.data.broken })}</Tag>)}
        {check.data && <span className="quiet mono">{check.data.head.slice(0, 24)}…</span>}
        {lines.hasNextPage && <Button variant="default" onClick={() => void lines.fetchNextPage()}>{t('console.audit.more')}</Button>}
      </div>
      <Sheet>
        <table className="plain rows">
          <thead>
            <tr>
              <th scope="col" className="num">{t('console.audit.number')}</th>
              <th scope="col">{t('console.audit.at')}</th>
              <th scope="col">{t('console.audit.who')}</th>
              <th scope="col">{t('console.audit.what')}</th>
              <th scope="col">{t('console.audit.about')}</th>
              <th scope="col">{t('console.audit.hash')}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((line) => (
              <tr key={line.number}>
                <td className="num quiet">{line.number}</td>
                <td><Moment at={line.at} /></td>
                <td className="strong">{line.who}</td>
                <td>{line.what}</td>
                <td style={{ overflowWrap: 'anywhere' }}>{[line.kind, line.id].filter(Boolean).join(' ')} <span className="quiet">{Object.entries(line.parameters).map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(' ')}</span></td>
                <td className="quiet mono" title={line.hash}>{line.hash.slice(0, 10)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sheet>
    </>
  )
}
