/** One asset: each attribute with the packets that told it, its alerts, what changed. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { get } from '../../api/client.ts'
import type { Alert, Page } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Answered } from '../../parts/states.tsx'
import { Fact, Moment, Severity, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { nameOf } from './Assets.tsx'
import type { Asset } from './types.ts'

export function AssetPage() {
  const { key = '' } = useParams({ strict: false })
  const { t } = useWords()
  const navigate = useNavigate()
  const asset = useQuery({ queryKey: ['asset', key], queryFn: () => get<Asset>(`/assets/${encodeURIComponent(key)}`) })
  useKeys({ Escape: () => void navigate({ to: '/assets' }), r: () => void asset.refetch() })
  return (
    <Screen title={asset.data ? nameOf(asset.data) : t('console.nav.assets')}>
      <Answered query={asset}>
        {(found) => (
          <div className="stack">
            <Facts asset={found} />
            <div className="columns">
              <Known asset={found} />
              <div className="stack">
                <Alerts asset={found} />
                <Changes asset={found} />
              </div>
            </div>
          </div>
        )}
      </Answered>
    </Screen>
  )
}

function Facts({ asset }: { asset: Asset }) {
  const { t, word } = useWords()
  const roles = asset.declared_roles.length ? asset.declared_roles : asset.roles
  return (
    <section className="card">
      <dl className="facts">
        <Fact name={t('console.assets.address')}>{asset.addresses.join(', ') || '–'}</Fact>
        <Fact name={word('end', 'mac')}>{asset.mac.join(', ') || '–'}</Fact>
        <Fact name={t('console.assets.role')}>{roles.map((role) => word('role', role)).join(', ') || '–'}</Fact>
        <Fact name={t('console.assets.zone')}>{asset.zone ?? '–'}</Fact>
        <Fact name={word('end', 'criticality')}>{asset.criticality ? word('console.criticality', asset.criticality) : '–'}</Fact>
        <Fact name={t('console.assets.owner')}>{asset.owner ?? '–'}</Fact>
        <Fact name={t('console.assets.authorised')}>{asset.authorised === null ? t('console.assets.no_list') : asset.authorised ? <Tag kind="good">{t('console.assets.declared')}</Tag> : <Tag kind="warn">{t('console.assets.unknown')}</Tag>}</Fact>
        <Fact name={t('console.assets.seen')}><Moment at={asset.first_seen} /> – <Moment at={asset.last_seen} /></Fact>
      </dl>
    </section>
  )
}

function Known({ asset }: { asset: Asset }) {
  const { t, word } = useWords()
  return (
    <section className="card">
      <h2>{t('console.assets.known')}</h2>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('console.assets.attribute')}</th>
            <th scope="col">{t('console.assets.value')}</th>
            <th scope="col">{t('console.assets.told_by')}</th>
            <th scope="col">{t('console.assets.sure')}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(asset.attributes ?? {}).flatMap(([name, values]) =>
            values.map((each) => (
              <tr key={`${name} ${each.value} ${each.evidence}`}>
                <td className="quiet">{word('attribute', name)}</td>
                <td className="strong" style={{ overflowWrap: 'anywhere' }}>{name === 'role' ? word('role', each.value) : each.value}</td>
                <td>
                  {each.evidence}
                  <div className="quiet num">{each.packets.slice(0, 2).map((packets) => `${packets.capture} #${packets.first}`).join(', ')}</div>
                </td>
                <td><span className="meter" title={each.confidence.toFixed(2)}><span style={{ width: `${each.confidence * 100}%` }} /></span></td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  )
}

function Alerts({ asset }: { asset: Asset }) {
  const { t, lang } = useWords()
  const [address] = asset.addresses
  const alerts = useQuery({
    queryKey: ['related', 'asset', asset.key],
    queryFn: async () => {
      const asked = { sort: '-severity', limit: 50, status: ['new', 'in_progress', 'closed'] }
      const sides = await Promise.all([get<Page<Alert>>('/alerts', { ...asked, 'source.ip': address }), get<Page<Alert>>('/alerts', { ...asked, 'destination.ip': address })])
      return [...new Map(sides.flatMap(({ items }) => items).map((alert) => [alert.id, alert])).values()]
    },
    enabled: address !== undefined,
  })
  return (
    <section className="card">
      <h2>{t('console.nav.alerts')}</h2>
      {address === undefined ? (
        <p className="quiet">{t('console.assets.no_alerts')}</p>
      ) : (
        <Answered query={alerts}>
          {(found) =>
            found.length === 0 ? (
              <p className="quiet">{t('console.assets.no_alerts')}</p>
            ) : (
              <ul className="related">
                {found.slice(0, 20).map((each) => (
                  <li key={each.id}>
                    <Link to="/alerts/$id" params={{ id: each.id }}>
                      <Severity level={each.severity} />
                      <span className="line">{each.told[lang].title}</span>
                      <Moment at={each.last_seen} />
                    </Link>
                  </li>
                ))}
              </ul>
            )
          }
        </Answered>
      )}
    </section>
  )
}

/** Values of one attribute in the order in which they were first seen: more than one is a change. */
function Changes({ asset }: { asset: Asset }) {
  const { t, word } = useWords()
  const changes = Object.entries(asset.attributes ?? {})
    .filter(([name, values]) => values.length > 1 && !['service', 'address', 'role', 'alias'].includes(name))
    .flatMap(([name, values]) => values.toSorted((a, b) => a.first_seen.localeCompare(b.first_seen)).slice(1).map((each) => ({ name, ...each })))
    .sort((a, b) => b.first_seen.localeCompare(a.first_seen))
  return (
    <section className="card">
      <h2>{t('console.assets.changes')}</h2>
      {changes.length === 0 ? (
        <p className="quiet">{t('console.assets.no_changes')}</p>
      ) : (
        <ul className="timeline">
          {changes.map((each) => (
            <li key={`${each.name} ${each.value}`}>
              <Moment at={each.first_seen} /> {word('attribute', each.name)}: <b>{each.value}</b>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
