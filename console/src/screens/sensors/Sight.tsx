/** Of whom the sensor saw something: by zone the hosts that are declared and were heard, by protocol what could be read. */
import { Sheet } from '../../parts/Sheet.tsx'
import { Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { KINDS, type Health, type ProtocolSeen } from './types.ts'
import { percent } from './Why.tsx'

export function Sight({ health }: { health: Health }) {
  return (
    <div className="columns folding">
      <Zones health={health} />
      <Protocols found={health.protocols} />
    </div>
  )
}

function Zones({ health: { zones } }: { health: Health }) {
  const { t, lang } = useWords()
  return (
    <section className="card">
      <h2>{t('console.sensors.by_zone')}</h2>
      {zones.length === 0 ? (
        <p className="quiet">{t('console.sensors.no_zones')}</p>
      ) : (
        <Sheet>
          <table className="plain rows">
            <thead>
              <tr>
                <th scope="col">{t('console.assets.zone')}</th>
                <th scope="col" className="num">{t('console.sensors.declared_heard')}</th>
                <th scope="col" className="num">{t('console.sensors.strangers')}</th>
                <th scope="col" className="num">{t('console.sensors.one_way')}</th>
              </tr>
            </thead>
            <tbody>
              {zones.map((each) => (
                <tr key={each.zone}>
                  <td>
                    <span className="strong">{each.zone}</span> {!each.ours && <Tag>{t('console.sensors.not_ours')}</Tag>}
                    {each.unheard.length > 0 && <div className="quiet">{t('console.sensors.unheard', { names: each.unheard.join(', ') })}{each.declared - each.heard > each.unheard.length && ' …'}</div>}
                  </td>
                  <td className="num">{each.declared === 0 ? '–' : <Tag kind={each.heard === each.declared ? 'good' : 'warn'}>{`${number(each.heard, lang)} / ${number(each.declared, lang)}`}</Tag>}</td>
                  <td className="num">{number(each.strangers, lang)}</td>
                  <td className="num">{each.conversations === 0 ? '–' : <Tag kind={each.one_way ? 'warn' : 'good'}>{`${number(each.one_way, lang)} / ${number(each.conversations, lang)}`}</Tag>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sheet>
      )}
      <p className="quiet">{t('console.sensors.zones_mean')}</p>
    </section>
  )
}

function Protocols({ found }: { found: ProtocolSeen[] }) {
  const { t, word, lang } = useWords()
  const all = found.reduce((sum, each) => sum + each.packets, 0)
  const of = (kind: string) => found.filter((each) => each.kind === kind).reduce((sum, each) => sum + each.packets, 0)
  return (
    <section className="card">
      <h2>{t('console.sensors.by_protocol')}</h2>
      {all === 0 ? (
        <p className="quiet">{t('console.sensors.no_protocols')}</p>
      ) : (
        <>
          <div className="story-line">{KINDS.filter((kind) => of(kind) > 0).map((kind) => <Tag key={kind} kind={kind === 'decoded' ? 'good' : ''}>{word('console.sensors.kind', kind)} {percent(of(kind) / all)}</Tag>)}</div>
          <Sheet>
            <table className="plain rows">
              <thead>
                <tr>
                  <th scope="col">{t('console.sensors.protocol')}</th>
                  <th scope="col">{t('console.sensors.how_well')}</th>
                  <th scope="col" className="num">{t('console.sensors.packets')}</th>
                  <th scope="col" className="num">{t('console.sensors.part')}</th>
                </tr>
              </thead>
              <tbody>
                {found.map((each) => (
                  <tr key={`${each.protocol} ${each.kind}`}>
                    <td className="mono">{each.protocol ?? '–'}</td>
                    <td>{word('console.sensors.kind', each.kind)}</td>
                    <td className="num">{number(each.packets, lang)}</td>
                    <td className="num">{percent(each.packets / all)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Sheet>
        </>
      )}
      <p className="quiet">{t('console.sensors.protocols_mean')}</p>
    </section>
  )
}
