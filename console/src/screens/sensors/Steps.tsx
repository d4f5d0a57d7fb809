/** Each step of a packet's way with what was lost there, what that means and what mends it. */
import { Sheet } from '../../parts/Sheet.tsx'
import { Tag } from '../../parts/words.tsx'
import { useWords, type TextKey } from '../../text/i18n.ts'
import { number } from '../../text/moments.ts'
import { size } from '../../text/sizes.ts'
import type { Counter, Health } from './types.ts'
import { percent } from './Why.tsx'

export function Steps({ health }: { health: Health }) {
  const { t } = useWords()
  return (
    <section className="card">
      <h2>{t('console.sensors.by_step')}</h2>
      <p className="quiet">{t('console.sensors.by_step_means')}</p>
      <Sheet>
        <table className="plain by-step">
          <thead>
            <tr>
              <th scope="col">{t('console.sensors.step_name')}</th>
              <th scope="col">{t('console.sensors.counted')}</th>
              <th scope="col">{t('console.sensors.means')}</th>
            </tr>
          </thead>
          <tbody>
            {health.steps.map(({ step, counters }) => {
              const some = counters.some((each) => each.count > 0)
              return (
                <tr key={step}>
                  <td className="strong">{t(`console.sensors.step.${step}` as TextKey)}</td>
                  <td>{some ? counters.filter((each) => each.count > 0).map((each) => <Told key={`${each.stage} ${each.counter} ${each.interface}`} counter={each} />) : <Tag kind="good">{t('console.sensors.nothing_lost')}</Tag>}</td>
                  <td>
                    <p>{t(`console.sensors.step_means.${step}` as TextKey)}</p>
                    {some && <p className="quiet">{t(`console.sensors.step_mend.${step}` as TextKey)}</p>}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Sheet>
      {health.interfaces.length > 0 && <Interfaces health={health} />}
    </section>
  )
}

function Told({ counter }: { counter: Counter }) {
  const { word, lang } = useWords()
  if (counter.stage === 'mirror') {
    const [severity = '', code = ''] = counter.counter.split('.')
    return <div><Tag kind={severity === 'fault' ? 'bad' : 'warn'}>{word('console.sensors.mirror', severity)}</Tag> <span className="mono">{code}</span></div>
  }
  return (
    <div>
      <span className="num strong">{amount(counter.counter, counter.count, lang)}</span> {word('console.sensors.counter', counter.counter)}
      <span className="quiet num"> {counter.ratio !== null && counter.ratio > 0 && `(${percent(counter.ratio)}) `}{counter.interface}</span>
    </div>
  )
}

/** A counter as people read it: levels in percent, times in seconds, octets in units. */
function amount(name: string, count: number, lang: 'en' | 'zh'): string {
  if (name.endsWith('_permille')) return `${number(count / 10, lang)} %`
  if (name.endsWith('_ms')) return count < 1000 ? `${count} ms` : `${number(Math.round(count / 1000), lang)} s`
  return name.endsWith('_bytes') ? size(count) : number(count, lang)
}

const COLUMNS = ['kernel_packets', 'kernel_drops', 'ring_freezes', 'ring_fill_permille', 'link_losses', 'link_down_ms', 'own_frames', 'evidence_lost']

function Interfaces({ health }: { health: Health }) {
  const { t, word, lang } = useWords()
  return (
    <Sheet>
      <table className="plain rows">
        <thead>
          <tr><th scope="col">{t('console.sensors.interface')}</th>{COLUMNS.map((name) => <th key={name} scope="col" className="num">{word('console.sensors.counter', name)}</th>)}</tr>
        </thead>
        <tbody>
          {health.interfaces.map((each) => (
            <tr key={each.interface}><td className="mono">{each.interface}</td>{COLUMNS.map((name) => <td key={name} className="num">{amount(name, each.counters[name] ?? 0, lang)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </Sheet>
  )
}
