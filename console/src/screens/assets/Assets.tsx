/** What is on the network, and whether it should be. */
import { Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered, Empty } from '../../parts/states.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import type { Search } from '../../router.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import type { Asset } from './types.ts'

const MOST = 5000
export const nameOf = (asset: Asset): string => asset.name ?? asset.addresses[0] ?? asset.mac[0] ?? asset.key

export function Assets() {
  const { t, word, lang } = useWords()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Search
  const asked = Object.fromEntries(['text', 'role', 'zone', 'authorised'].map((name) => [name, typeof search[name] === 'string' ? search[name] : undefined]))
  const assets = useQuery({
    queryKey: ['assets', asked],
    queryFn: () => get<Page<Asset>>('/assets', { ...asked, limit: MOST }),
    placeholderData: (before) => before,
  })
  const all = useQuery({ queryKey: ['assets', {}], queryFn: () => get<Page<Asset>>('/assets', { limit: MOST }) })
  const zones = useMemo(() => [...new Set(all.data?.items.flatMap((each) => each.zone ?? []))].sort(), [all.data])
  const roles = useMemo(() => [...new Set(all.data?.items.flatMap((each) => [...each.declared_roles, ...each.roles]))].sort(), [all.data])
  const change = (part: Record<string, string | null>) => {
    const next = { ...asked, ...part }
    void navigate({ to: '/assets', search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as Search, replace: true })
  }
  const finder = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(asked['text'] ?? '')
  useEffect(() => setTyped(asked['text'] ?? ''), [asked['text']])
  const settle = useDebouncedCallback((text: string) => change({ text: text.trim() || null }), 300)
  useKeys({ '/': () => finder.current?.focus(), r: () => void assets.refetch() })
  return (
    <Screen title={t('console.nav.assets')} note={assets.data && t('console.assets.count', { count: number(assets.data.items.length, lang) })}>
      <div className="tools">
        <TextInput ref={finder} w={260} leftSection={<IconSearch size={14} aria-hidden />} aria-label={t('console.assets.search')} placeholder={t('console.assets.search')} value={typed} onChange={(event) => { setTyped(event.currentTarget.value); settle(event.currentTarget.value) }} />
        <Select aria-label={t('console.assets.zone')} placeholder={t('console.assets.zone')} clearable clearButtonProps={{ 'aria-label': t('console.alerts.any') }} data={zones} value={asked['zone'] ?? null} onChange={(zone) => change({ zone })} />
        <Select aria-label={t('console.assets.role')} placeholder={t('console.assets.role')} clearable clearButtonProps={{ 'aria-label': t('console.alerts.any') }} data={roles.map((role) => ({ value: role, label: word('role', role) }))} value={asked['role'] ?? null} onChange={(role) => change({ role })} />
        <Select aria-label={t('console.assets.authorised')} placeholder={t('console.assets.authorised')} clearable clearButtonProps={{ 'aria-label': t('console.alerts.any') }} data={[{ value: 'true', label: t('console.assets.declared') }, { value: 'false', label: t('console.assets.unknown') }]} value={asked['authorised'] ?? null} onChange={(authorised) => change({ authorised })} />
      </div>
      <Answered query={assets}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('console.assets.none')}>{t('console.assets.none_mend')}</Empty>
          ) : (
            <Sheet>
              <table className="plain rows">
                <thead>
                  <tr>
                    <th scope="col">{t('console.assets.name')}</th>
                    <th scope="col">{t('console.assets.address')}</th>
                    <th scope="col">{t('console.assets.role')}</th>
                    <th scope="col">{t('console.assets.zone')}</th>
                    <th scope="col">{t('console.assets.product')}</th>
                    <th scope="col">{t('console.assets.owner')}</th>
                    <th scope="col">{t('console.assets.authorised')}</th>
                    <th scope="col">{t('console.alerts.column.last_seen')}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((asset) => (
                    <tr key={asset.key}>
                      <td className="strong"><Link to="/assets/$key" params={{ key: asset.key }}>{nameOf(asset)}</Link></td>
                      <td>{asset.addresses.join(', ')}<div className="quiet">{asset.mac.join(', ')}</div></td>
                      <td>{(asset.declared_roles.length ? asset.declared_roles : asset.roles).map((role) => word('role', role)).join(', ')}</td>
                      <td>{asset.zone ?? '–'}</td>
                      <td>{[asset.vendor, asset.model, asset.firmware].filter(Boolean).join(' ') || '–'}</td>
                      <td>{asset.owner ?? '–'}</td>
                      <td>{asset.authorised === null ? '–' : asset.authorised ? <Tag kind="good">{t('console.assets.declared')}</Tag> : <Tag kind="warn">{t('console.assets.unknown')}</Tag>}</td>
                      <td><Moment at={asset.last_seen} /></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Sheet>
          )
        }
      </Answered>
    </Screen>
  )
}
