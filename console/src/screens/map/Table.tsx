import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import type { Line, PlantMapDocument } from './types.ts'

export const VERDICT_KIND: Record<Line['verdict'], string> = { inside: '', allowed: 'good', denied: 'bad', undeclared: 'warn', none: '' }

/** The same as the drawing, as rows: for screen readers, for copying, for who prefers it. */
export function Table({ map }: { map: PlantMapDocument }) {
  const { t, lang } = useWords()
  const host = new Map(map.hosts.map((each) => [each.id, each]))
  const zone = new Map(map.zones.map((each) => [each.id, each.name[lang]]))
  const end = (id: string) => (
    <>
      {host.get(id)?.name ?? id} <span className="quiet">{zone.get(host.get(id)?.zone ?? '') ?? ''}</span>
    </>
  )
  return (
    <div className="map-table" role="region" tabIndex={0} aria-label={t('console.nav.map')}>
      <table className="plain rows">
        <thead>
          <tr>
            <th scope="col">{t('console.story.source')}</th>
            <th scope="col">{t('console.story.destination')}</th>
            <th scope="col">{t('console.map.protocols')}</th>
            <th scope="col" className="num">{t('console.map.flow_count')}</th>
            <th scope="col">{t('console.hunt.first')}</th>
            <th scope="col">{t('console.hunt.last')}</th>
            <th scope="col">{t('console.map.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {map.lines.map((line) => (
            <tr key={`${line.source} ${line.destination}`}>
              <td>{end(line.source)}</td>
              <td>{end(line.destination)}</td>
              <td>{Object.keys(line.protocols).join(', ') || '–'}</td>
              <td className="num">{number(line.flows, lang)}</td>
              <td><Moment at={line.first} /></td>
              <td><Moment at={line.last} /></td>
              <td><Tag kind={VERDICT_KIND[line.verdict]}>{t(`console.map.verdict.${line.verdict}`)}</Tag> {line.new && <Tag kind="new">{t('console.map.is_new')}</Tag>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
