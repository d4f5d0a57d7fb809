import type { Alert } from '../../api/types.ts'
import { CopyButton, Fact } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Value } from './Story.tsx'

/** Which packets, which events, what was read out of them. */
export function Evidence({ alert }: { alert: Alert }) {
  const { t, word } = useWords()
  const facts = Object.entries(alert.parameters ?? {}).filter(([, value]) => value != null)
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <Fact key={name} name={word('column', name)}>
            <Value value={value} />
          </Fact>
        ))}
      </dl>
      {alert.packets?.length ? (
        <table className="plain">
          <caption className="sr">{t('console.evidence.packets')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('console.evidence.capture')}</th>
              <th scope="col">{t('console.evidence.frames')}</th>
            </tr>
          </thead>
          <tbody>
            {alert.packets.map((each) => (
              <tr key={`${each.capture} ${each.first}`}>
                <td>{each.capture}</td>
                <td className="num">{each.first === each.last ? each.first : `${each.first} – ${each.last}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="quiet">{t('console.evidence.no_packets')}</p>
      )}
      <p className="quiet num">
        {t('console.evidence.events', { count: alert.events?.length ?? 0 })} · {alert.sensor} · {alert.id} <CopyButton text={alert.id} label={t('console.evidence.copy_id')} />
      </p>
    </>
  )
}
