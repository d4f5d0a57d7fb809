import { IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Fact, Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { VERDICT_KIND } from './Table.tsx'
import type { Chosen, PlantMapDocument } from './types.ts'

/** What is chosen on the map: a host with its ways, or one way. */
export function Aside({ map, chosen, close }: { map: PlantMapDocument; chosen: Chosen; close: () => void }) {
  const { t, word, lang } = useWords()
  const names = new Map(map.hosts.map((host) => [host.id, host.name]))
  const host = 'host' in chosen ? map.hosts.find((each) => each.id === chosen.host) : undefined
  const lines = map.lines.filter((line) => ('host' in chosen ? line.source === chosen.host || line.destination === chosen.host : line.source === chosen.line[0] && line.destination === chosen.line[1]))
  const ends = 'line' in chosen ? chosen.line.map((id) => names.get(id) ?? id).join(' → ') : ''
  return (
    <aside className="panel slim" aria-label={t('console.map.chosen')}>
      <div className="panel-tools">
        <button type="button" className="icon" onClick={close} aria-label={t('console.close_panel')}><IconX size={16} /></button>
      </div>
      <article className="story">
        <h2>{host ? host.name : ends}</h2>
        {host && (
          <>
            <dl className="facts">
              <Fact name={t('console.assets.address')}>{host.id}</Fact>
              <Fact name={t('console.assets.zone')}>{host.zone}</Fact>
              <Fact name={t('console.assets.role')}>{host.roles.map((role) => word('role', role)).join(', ') || '–'}</Fact>
              <Fact name={t('console.assets.authorised')}>{host.declared ? <Tag kind="good">{t('console.assets.declared')}</Tag> : <Tag kind="warn">{t('console.assets.unknown')}</Tag>}</Fact>
            </dl>
            <p>
              {host.asset && <Link to="/assets/$key" params={{ key: host.asset }}>{t('console.hunt.its_asset')}</Link>}{' '}
              {host.alerts > 0 && <Link to="/alerts" search={{ 'destination.ip': host.id, status: ['new', 'in_progress'] }}>{t('console.map.alerts', { count: host.alerts })}</Link>}
            </p>
          </>
        )}
        <table className="plain">
          <thead><tr><th scope="col">{t('console.map.way')}</th><th scope="col">{t('console.map.protocols')}</th><th scope="col">{t('console.map.verdict')}</th></tr></thead>
          <tbody>
            {lines.map((line) => (
              <tr key={`${line.source} ${line.destination}`}>
                <td>
                  {names.get(line.source) ?? line.source} → {names.get(line.destination) ?? line.destination} {line.new && <Tag kind="new">{t('console.map.is_new')}</Tag>}
                  <div className="quiet"><Moment at={line.first} /> – <Moment at={line.last} /></div>
                </td>
                <td>
                  <Link to="/hunt" search={{ dataset: 'transaction', query: `source.ip:${line.source} destination.ip:${line.destination}`, start: '7d' }}>{Object.keys(line.protocols).join(', ') || '–'}</Link>
                  <div className="quiet num">{t('console.map.flows', { count: number(line.flows, lang) })}</div>
                </td>
                <td><Tag kind={VERDICT_KIND[line.verdict]}>{t(`console.map.verdict.${line.verdict}`)}</Tag></td>
              </tr>
            ))}
          </tbody>
        </table>
      </article>
    </aside>
  )
}
