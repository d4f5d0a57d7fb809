/** The site model, edited as text: what is wrong stands by its line, what it would change is told before. */
import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Answered } from '../../parts/states.tsx'
import { TextEditor, type Issue } from '../../parts/TextEditor.tsx'
import { done, failed } from '../../parts/toasts.tsx'
import { Tag } from '../../parts/words.tsx'
import { useWords, type TextKey } from '../../text/i18n.ts'

interface SiteText {
  text: string
  sha256: string | null
  etag: string
}
interface Check {
  issues: Issue[]
  declares: Record<string, number>
  assets_new: string[]
  assets_gone: string[]
}

export function Site() {
  const site = useQuery({ queryKey: ['site'], queryFn: () => get<SiteText>('/site') })
  return <Answered query={site}>{(found) => <Editor key={found.etag} site={found} />}</Answered>
}

function Editor({ site }: { site: SiteText }) {
  const { t } = useWords()
  const client = useQueryClient()
  const may = useMay()
  const [text, setText] = useState(site.text)
  const [settled] = useDebouncedValue(text, 500)
  const check = useQuery({ queryKey: ['site', 'check', settled], queryFn: () => call<Check>('POST', '/site/check', { body: { text: settled } }), staleTime: Infinity, placeholderData: (before) => before })
  useEffect(() => () => client.removeQueries({ queryKey: ['site', 'check'] }), [client])
  const save = () =>
    void call<SiteText>('PUT', '/site', { body: { text }, etag: site.etag }).then((kept) => {
      client.setQueryData(['site'], kept)
      done(t('console.site.saved'))
    }, failed)
  const sound = check.data?.issues.length === 0
  return (
    <TextEditor label={t('console.settings.site')} text={text} change={setText} readOnly={!may('site:change')}>
      {(issues) => (
        <section className="card">
          <h2>{t('console.site.check')}</h2>
          <Answered query={check}>
            {(found) => (
              <>
                {sound && <Tag kind="good">{t('console.site.sound')}</Tag>}
                {issues(found.issues)}
                {sound && <p>{Object.entries(found.declares).map(([what, count]) => `${t(`console.site.declares.${what}` as TextKey)}: ${count}`).join(' · ')}</p>}
                {found.assets_new.length > 0 && <p>{t('console.site.new', { names: found.assets_new.join(', ') })}</p>}
                {found.assets_gone.length > 0 && <p>{t('console.site.gone', { names: found.assets_gone.join(', ') })}</p>}
              </>
            )}
          </Answered>
          {may('site:change') && <Button onClick={save} disabled={!sound || text === site.text}>{t('console.save')}</Button>}
          <p className="quiet">{t('console.site.note')}</p>
        </section>
      )}
    </TextEditor>
  )
}
