/** Ask the traffic: rows of a dataset by conditions, counted over time, grouped; every value leads on. */
import { Button, MultiSelect, Select, TextInput } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { call, get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty, Failed, Waiting } from '../../parts/states.tsx'
import { Moment } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { TimePicker } from '../../parts/TimePicker.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { Form } from '../../parts/Form.tsx'
import { asked, COLUMNS, SPANS, type Asked, type Fields, type Groups } from './asked.ts'
import { Timeline } from './Timeline.tsx'
import { ValueMenu } from './ValueMenu.tsx'

export function Hunt() {
  const { t, lang } = useWords()
  const search = useSearch({ strict: false }) as Search
  const question = asked(search)
  const navigate = useNavigate()
  const fields = useQuery({ queryKey: ['fields'], queryFn: () => get<Fields>('/events/fields'), staleTime: Infinity })
  const change = (part: Partial<Asked>) => void navigate({ to: '/hunt', search: { ...question, ...part } as unknown as Search })
  const finder = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(question.query)
  useEffect(() => setTyped(question.query), [question.query])
  useKeys({ '/': () => finder.current?.focus() })
  const names = fields.data?.datasets.find((each) => each.name === question.dataset)?.fields ?? []
  const add = (words: string) => change({ query: [question.query, words].filter(Boolean).join(' ') })
  return (
    <Screen title={t('console.nav.hunt')} note={t('console.hunt.note')}>
      <Form submit={() => change({ query: typed.trim() })}>
        <div className="tools">
          <Select aria-label={t('console.hunt.dataset')} data={fields.data?.datasets.map((each) => each.name) ?? [question.dataset]} value={question.dataset} onChange={(dataset) => change({ dataset: dataset ?? 'transaction', by: [] })} allowDeselect={false} w={150} />
          <TextInput ref={finder} className="mono" style={{ flex: 1, minWidth: 260 }} aria-label={t('console.hunt.query')} placeholder={t('console.hunt.example')} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
          <TimePicker any={false} chosen={{ start: question.start, end: question.end || null }} spans={SPANS} pick={({ start, end }) => change({ start: start ?? '365d', end: end ?? '' })} />
          <MultiSelect aria-label={t('console.alerts.group')} placeholder={question.by.length ? '' : t('console.alerts.group')} data={names.map(({ name, ...words }) => ({ value: name, label: name, title: words[lang] }))} value={question.by} onChange={(by) => change({ by })} maxValues={3} searchable size="xs" w={240} />
          <Button type="submit">{t('console.hunt.do')}</Button>
        </div>
      </Form>
      <Timeline question={question} narrow={change} />
      {question.by.length > 0 ? <Grouped question={question} add={add} /> : <Rows question={question} add={add} group={(by) => change({ by: [by] })} />}
    </Screen>
  )
}

const body = ({ dataset, query, start, end }: Asked) => ({ dataset, query, start, ...(end ? { end } : {}) })

function Grouped({ question, add }: { question: Asked; add: (words: string) => void }) {
  const { t, lang } = useWords()
  const groups = useQuery({
    queryKey: ['hunt', 'groups', question],
    queryFn: () => call<Groups>('POST', '/events/hunt', { body: { ...body(question), by: question.by, limit: 200 } }),
    placeholderData: keepPreviousData,
  })
  return (
    <Answered query={groups}>
      {({ groups: found, total, whole }) => (
        <>
          <p className="tools quiet">{t('console.hunt.groups', { groups: number(found.length, lang), total: number(total, lang) })} {!whole && t('console.hunt.not_whole')}</p>
          <Sheet>
            <table className="plain rows">
              <thead>
                <tr>
                  {question.by.map((name) => <th key={name} scope="col">{name}</th>)}
                  <th scope="col" className="num">{t('console.alerts.column.count')}</th>
                  <th scope="col">{t('console.hunt.first')}</th>
                  <th scope="col">{t('console.hunt.last')}</th>
                </tr>
              </thead>
              <tbody>
                {found.map((group) => (
                  <tr key={JSON.stringify(group.values)}>
                    {question.by.map((name) => <td key={name}><ValueMenu name={name} value={group.values[name]} add={add} /></td>)}
                    <td className="num">{number(group.count, lang)}</td>
                    <td><Moment at={group.first} /></td>
                    <td><Moment at={group.last} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Sheet>
        </>
      )}
    </Answered>
  )
}

type Event = Record<string, unknown>

function Rows({ question, add, group }: { question: Asked; add: (words: string) => void; group: (by: string) => void }) {
  const { t } = useWords()
  const [open, setOpen] = useState<string | null>(null)
  const rows = useInfiniteQuery({
    queryKey: ['hunt', 'rows', question],
    queryFn: ({ pageParam }) => call<Page<Event>>('POST', '/events/search', { body: { ...body(question), limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: '',
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  if (rows.isError && !rows.data) return <Failed error={rows.error} retry={() => void rows.refetch()} />
  if (!rows.data) return <Waiting />
  const all = rows.data.pages.flatMap((page) => page.items)
  if (!all.length) return <Empty title={t('console.hunt.none')}>{t('console.hunt.none_mend')}</Empty>
  const columns = COLUMNS.filter((name) => all.some((row) => row[name] != null))
  return (
    <Sheet>
      <table className="plain rows">
        <thead>
          <tr>
            <th scope="col">{t('console.audit.at')}</th>
            {columns.map((name) => <th key={name} scope="col"><button type="button" title={t('console.hunt.group_by', { name })} onClick={() => group(name)}>{name}</button></th>)}
            <th scope="col"><span className="sr">{t('console.hunt.all_fields')}</span></th>
          </tr>
        </thead>
        <tbody>
          {all.map((row) => {
            const id = String(row['event.id'])
            return [
              <tr key={id}>
                <td><Moment at={String(row['@timestamp'])} /></td>
                {columns.map((name) => <td key={name}><ValueMenu name={name} value={row[name]} add={add} /></td>)}
                <td><button type="button" className="link" aria-expanded={open === id} onClick={() => setOpen(open === id ? null : id)}>{t('console.hunt.all_fields')}</button></td>
              </tr>,
              open === id && (
                <tr key={`${id} all`}>
                  <td colSpan={columns.length + 2}>
                    <dl className="facts">
                      {Object.entries(row).map(([name, value]) => (
                        <div key={name} className="fact">
                          <dt>{name}</dt>
                          <dd><ValueMenu name={name} value={value} add={add} /></dd>
                        </div>
                      ))}
                    </dl>
                  </td>
                </tr>
              ),
            ]
          })}
        </tbody>
      </table>
      {rows.hasNextPage && <Button variant="default" my="sm" loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>{t('console.hunt.more')}</Button>}
    </Sheet>
  )
}

