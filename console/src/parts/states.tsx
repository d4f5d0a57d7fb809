/** What a screen shows when there is nothing, not yet, or not to be had: each says what to do next. */
import { Button, Loader } from '@mantine/core'
import { IconBolt, IconFeather } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { told } from '../api/problem.ts'
import { useWords } from '../text/i18n.ts'

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="state">
      <IconFeather size={30} stroke={1.3} aria-hidden />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords()
  const { title, detail, trace } = told(error)
  return (
    <div className="state" role="alert">
      <IconBolt size={30} stroke={1.3} aria-hidden />
      <h2>{title}</h2>
      {detail && <p>{detail}</p>}
      {trace && <p className="quiet">{t('console.error.trace', { trace })}</p>}
      {retry && (
        <Button variant="default" onClick={retry}>
          {t('console.error.again')}
        </Button>
      )}
    </div>
  )
}

export function Waiting() {
  const { t } = useWords()
  return (
    <div className="state" aria-busy="true">
      <Loader size="sm" aria-hidden />
      <span className="sr">{t('console.loading')}</span>
    </div>
  )
}

/** The answer of a query drawn by `children`, or its waiting or failing. */
export function Answered<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  return <Waiting />
}
