/** The bounds of each dataset, changed: what would be removed is told before they are put in force. */
import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { Form } from '../../parts/Form.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { done as said, failed } from '../../parts/toasts.tsx'
import { Moment } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { octets, size } from '../../text/sizes.ts'
import type { Bound, Policy } from './Retention.tsx'

interface Foreseen {
  dataset: string
  rows: number
  bytes: number
  before: string | null
  kept_bytes: number
}
interface Typed {
  days: string
  size: string
}
const LEAST_BYTES = 1e6
const MOST_DAYS = 36_500

const typedOf = ({ days, bytes }: Bound): Typed => ({ days: days === null ? '' : String(days), size: bytes === null ? '' : size(bytes) })

/** What was typed as a bound; undefined where it cannot be meant. */
function boundOf({ days, size: text }: Typed): Bound | undefined {
  const bytes = octets(text)
  const whole = days.trim() === '' ? null : /^\d{1,5}$/.test(days.trim()) ? Number(days) : undefined
  if (bytes === undefined || whole === undefined || (bytes !== null && bytes < LEAST_BYTES) || (whole !== null && (whole < 1 || whole > MOST_DAYS))) return undefined
  return { days: whole, bytes }
}

export function Bounds({ policy, done }: { policy: Policy; done: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const names = Object.keys(policy.datasets)
  const [typed, setTyped] = useState<Record<string, Typed>>(() => Object.fromEntries(names.map((name) => [name, typedOf(policy.datasets[name] as Bound)])))
  const bounds = names.map((name) => ({ name, was: typedOf(policy.datasets[name] as Bound), bound: boundOf(typed[name] as Typed), now: typed[name] as Typed }))
  // What is shown is rounded: only what was typed anew is a change.
  const changes = Object.fromEntries(bounds.filter(({ was, now }) => was.days !== now.days.trim() || was.size !== now.size.trim()).map(({ name, bound }) => [name, bound]))
  const sound = Object.values(changes).every((bound) => bound !== undefined)
  const some = Object.keys(changes).length > 0
  const put = (name: string, part: Partial<Typed>) => setTyped({ ...typed, [name]: { ...(typed[name] as Typed), ...part } })
  const save = () => {
    if (!some || !sound) return
    void call<Policy>('PUT', '/settings/retention', { body: { datasets: changes }, etag: policy.etag }).then(() => {
      void client.invalidateQueries({ queryKey: ['settings'] })
      said(t('console.retention.saved'))
      done()
    }, failed)
  }
  return (
    <section className="card">
      <h2>{t('console.retention.change')}</h2>
      <p className="quiet">{t('console.retention.change_means')}</p>
      <Form submit={save}>
        <Sheet>
          <table className="plain">
            <thead><tr><th scope="col">{t('console.hunt.dataset')}</th><th scope="col">{t('console.retention.most_days')}</th><th scope="col">{t('console.retention.most_size')}</th></tr></thead>
            <tbody>
              {bounds.map(({ name, bound, now }) => (
                <tr key={name}>
                  <td className="mono">{name}</td>
                  <td><TextInput size="xs" w={100} inputMode="numeric" aria-label={`${name}: ${t('console.retention.most_days')}`} placeholder={t('console.retention.unbounded')} value={now.days} onChange={(event) => put(name, { days: event.currentTarget.value })} /></td>
                  <td><TextInput size="xs" w={140} aria-label={`${name}: ${t('console.retention.most_size')}`} placeholder={t('console.retention.unbounded')} value={now.size} error={bound === undefined ? t('console.retention.not_meant') : undefined} onChange={(event) => put(name, { size: event.currentTarget.value })} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sheet>
        {some && sound && <Preview changes={changes as Record<string, Bound>} />}
        <div className="acts">
          <Button type="submit" disabled={!some || !sound}>{t('console.retention.save')}</Button>
          <Button variant="default" onClick={done}>{t('console.retention.back')}</Button>
        </div>
      </Form>
    </section>
  )
}

function Preview({ changes }: { changes: Record<string, Bound> }) {
  const { t, lang } = useWords()
  const [asked] = useDebouncedValue(changes, 500)
  const preview = useQuery({ queryKey: ['settings', 'preview', asked], queryFn: () => call<{ items: Foreseen[] }>('POST', '/settings/retention/preview', { body: { datasets: asked } }), gcTime: 0, retry: false })
  return (
    <div className="preview" aria-live="polite">
      <h3>{t('console.retention.would_remove')}</h3>
      <Answered query={preview}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{t('console.retention.removes_nothing')}</p>
          ) : (
            <>
              <ul>
                {items.map((each) => (
                  <li key={each.dataset}>
                    <b>{each.dataset}</b>: {t('console.retention.count_rows', { count: number(each.rows, lang) })}, {size(each.bytes)}
                    {each.before !== null && <> · {t('console.retention.before')} <Moment at={each.before} /></>}
                    {each.kept_bytes > 0 && ` · ${t('console.retention.kept', { size: size(each.kept_bytes) })}`}
                  </li>
                ))}
              </ul>
              <p className="warning">{t('console.retention.effect')}</p>
            </>
          )
        }
      </Answered>
    </div>
  )
}
