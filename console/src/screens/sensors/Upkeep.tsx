/** What a sensor needs to go on: a steady clock, segments that arrive, room on its disk and the server's, certificates that hold. */
import { Fact, Moment, Tag } from '../../parts/words.tsx'
import { useWords, type TextKey } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { size } from '../../text/sizes.ts'
import { SOON, type Health, type Room } from './types.ts'

export function Upkeep({ health }: { health: Health }) {
  return (
    <div className="columns folding">
      <div className="stack"><Clock health={health} /><Chain health={health} /></div>
      <div className="stack"><Disk health={health} /><Certificates health={health} /></div>
    </div>
  )
}

function Clock({ health: { clock } }: { health: Health }) {
  const { t, word, lang } = useWords()
  return (
    <section className="card">
      <h2>{t('console.sensors.clock')}</h2>
      <dl className="facts">{Object.entries(clock).map(([name, count]) => <Fact key={name} name={word('console.sensors.counter', name)}><Count count={count}>{number(count, lang)}</Count></Fact>)}</dl>
      <p className="quiet">{t('console.sensors.clock_means')}</p>
    </section>
  )
}

const Count = ({ count, children }: { count: number; children: string }) => (count > 0 ? <Tag kind="warn">{children}</Tag> : <>{children}</>)

function Chain({ health: { spool } }: { health: Health }) {
  const { t, lang } = useWords()
  const facts: [TextKey, number][] = [
    ['console.sensors.missing', spool.missing], ['console.sensors.late', spool.late], ['console.sensors.altered', spool.altered],
    ['console.sensors.rows_lost', spool.rows_lost], ['console.sensors.occurrences_lost', spool.occurrences_lost], ['console.sensors.chains_begun', spool.chains_begun],
    ['console.sensors.gaps_open', spool.gaps_open], ['console.sensors.refused', spool.inbox.refused],
  ]
  return (
    <section className="card">
      <h2>{t('console.sensors.segments')}</h2>
      <dl className="facts">
        {facts.map(([text, count]) => <Fact key={text} name={t(text)}><Count count={count}>{number(count, lang)}</Count></Fact>)}
        <Fact name={t('console.sensors.inbox')}>{number(spool.inbox.segments, lang)} ({size(spool.inbox.bytes)})</Fact>
      </dl>
      <p className="quiet">{t('console.sensors.segments_mean')}</p>
    </section>
  )
}

function Disk({ health: { disk, server_disk } }: { health: Health }) {
  const { t } = useWords()
  const known = (bytes: number | null) => (bytes === null ? '–' : size(bytes))
  return (
    <section className="card">
      <h2>{t('console.sensors.disk')}</h2>
      <dl className="facts">
        <Fact name={t('console.sensors.disk_free')}>{known(disk.free.bytes)} / {known(disk.free.of)} <Outlook room={disk.free.outlook} /></Fact>
        <Fact name={t('console.sensors.disk_spool')}>{known(disk.spool.bytes)} / {known(disk.spool.most)} <Outlook room={disk.spool.outlook} /></Fact>
        <Fact name={t('console.sensors.disk_packets')}>{known(disk.packets.bytes)}</Fact>
        <Fact name={t('console.sensors.disk_server')}>{known(server_disk.free)} / {known(server_disk.of)} <Outlook room={server_disk} /></Fact>
      </dl>
      <p className="quiet">{t('console.sensors.disk_means')}</p>
    </section>
  )
}

export function Outlook({ room }: { room: Room }) {
  const { t, word, lang } = useWords()
  if (room.days === null) return <Tag kind={room.state === 'full' ? 'bad' : ''}>{word('console.sensors.room', room.state)}</Tag>
  const kind = room.days < SOON.disk ? 'bad' : room.days < 5 * SOON.disk ? 'warn' : 'good'
  return <Tag kind={kind}>{t('console.sensors.days_left', { count: number(Math.floor(room.days), lang) })}</Tag>
}

function Certificates({ health: { certificates } }: { health: Health }) {
  const { t, word, lang } = useWords()
  return (
    <section className="card">
      <h2>{t('console.sensors.certificates')}</h2>
      {certificates.length === 0 ? (
        <p className="quiet">{t('console.sensors.no_certificates')}</p>
      ) : (
        <table className="plain">
          <thead><tr><th scope="col">{t('console.sensors.whose')}</th><th scope="col">{t('console.sensors.subject')}</th><th scope="col">{t('console.sensors.holds_until')}</th></tr></thead>
          <tbody>
            {certificates.map((each) => (
              <tr key={`${each.of} ${each.name}`}>
                <td>{word('console.sensors.of', each.of)}<div className="quiet">{each.name}</div></td>
                <td style={{ overflowWrap: 'anywhere' }}>{each.subject}</td>
                <td><Moment at={each.until} /> <Tag kind={each.days < 0 ? 'bad' : each.days < SOON.certificate ? 'warn' : 'good'}>{each.days < 0 ? t('console.sensors.over') : t('console.sensors.days_left', { count: number(each.days, lang) })}</Tag></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
