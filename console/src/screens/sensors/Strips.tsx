/** What a sensor did over time, a strip for each thing worth a look, one under the other in the same time. */
import { useState } from 'react'
import { usePreferences } from '../../parts/preferences.ts'
import { Sheet } from '../../parts/Sheet.tsx'
import { useWords, type TextKey } from '../../text/i18n.ts'
import { number, short } from '../../text/moments.ts'
import { size } from '../../text/sizes.ts'
import type { Health, Values } from './types.ts'

interface Strip {
  name: string
  label: string
  values: Values
  show: (value: number) => string
  bad?: boolean
}
const HEIGHT = 34

/** The strips that have something to say: packets always, all else where it was told and is not zero throughout. */
export function stripsOf(health: Health, t: (key: TextKey, values?: Record<string, unknown>) => string, lang: 'en' | 'zh'): Strip[] {
  const { series } = health
  const seconds = health.starts.map((start) => lasted(health, Date.parse(start)))
  const rate = (values: Values, factor = 1): Values => values.map((value, at) => (value === null ? null : (value * factor) / (seconds[at] ?? health.step)))
  const plain = (value: number) => number(Math.round(value), lang)
  const fine = (value: number) => number(Number(value.toPrecision(3)), lang)
  const some = (values: Values | undefined): values is Values => values !== undefined && values.some((value) => value)
  const found: Strip[] = [{ name: 'frames', label: t('console.sensors.strip.frames'), values: rate(series['frames'] ?? []), show: fine }]
  const add = (name: string, key: TextKey, values: Values | undefined, show: Strip['show'], bad = false) => {
    if (some(values)) found.push({ name, label: t(key), values, show, bad })
  }
  add('bytes', 'console.sensors.strip.bytes', some(series['bytes']) ? rate(series['bytes'], 8 / 1e6) : undefined, fine)
  for (const step of health.steps.map((each) => each.step)) add(`lost.${step}`, `console.sensors.strip.lost.${step}` as TextKey, series[`lost.${step}`], plain, true)
  add('ring_fill_permille', 'console.sensors.strip.fill', series['ring_fill_permille']?.map((value) => (value === null ? null : value / 10)), (value) => `${fine(value)} %`)
  add('waited_ms', 'console.sensors.strip.waited', series['waited_ms'], (value) => `${plain(value)} ms`)
  add('link_down_ms', 'console.sensors.strip.down', series['link_down_ms']?.map((value) => (value === null ? null : value / 1000)), (value) => `${fine(value)} s`, true)
  for (const name of Object.keys(series).filter((each) => each.startsWith('lag_'))) add(name, `console.sensors.strip.${name}` as TextKey, series[name], (value) => `${plain(value)} ms`)
  add('disk.free_bytes', 'console.sensors.strip.free', series['disk.free_bytes'], size)
  add('disk.spool_bytes', 'console.sensors.strip.spool', series['disk.spool_bytes'], size)
  return found
}

/** Seconds of a span that are over and told: the last one is not full yet. */
function lasted({ step, end, told_until }: Health, begin: number): number {
  const until = Math.min(Date.parse(end), told_until === null ? Infinity : Date.parse(told_until))
  return Math.min(step, Math.max(1, (until - begin) / 1000))
}

export function Strips({ health }: { health: Health }) {
  const { t, lang } = useWords()
  const [{ zone }] = usePreferences()
  const [asTable, setAsTable] = useState(false)
  const strips = stripsOf(health, t, lang)
  const span = t('console.hunt.step', { count: health.step })
  return (
    <section className="card">
      <div className="story-line">
        <h2>{t('console.sensors.over_time')}</h2>
        <div className="grow" />
        <button type="button" className="link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t(asTable ? 'console.sensors.as_strips' : 'console.sensors.as_table')}</button>
      </div>
      {asTable ? (
        <Table health={health} strips={strips} />
      ) : (
        <div className="strips">
          {strips.map((strip) => <Drawn key={strip.name} strip={strip} starts={health.starts} />)}
          <div />
          <div className="over-time-ends quiet num"><span>{short(health.start, zone)}</span><span>{span}</span><span>{short(health.end, zone)}</span></div>
        </div>
      )}
      <p className="quiet">{t('console.sensors.strips_mean')}</p>
    </section>
  )
}

function Drawn({ strip, starts }: { strip: Strip; starts: string[] }) {
  const { t } = useWords()
  const [{ zone }] = usePreferences()
  const known = strip.values.filter((value) => value !== null)
  const most = Math.max(...known, 0)
  const last = known.at(-1)
  const told = t('console.sensors.strip_told', { most: strip.show(most), last: last === undefined ? '–' : strip.show(last) })
  return (
    <>
      <div className="strip-name"><span className="strong">{strip.label}</span><span className="quiet num">{told}</span></div>
      <svg className={strip.bad ? 'strip bad' : 'strip'} viewBox={`0 0 ${strip.values.length} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${strip.label}: ${told}`}>
        {strip.values.map((value, at) => {
          const height = value === null ? HEIGHT : value === 0 || most === 0 ? 0.6 : Math.max((HEIGHT * value) / most, 1.5)
          const label = `${short(starts[at] ?? '', zone)}: ${value === null ? t('console.sensors.untold') : strip.show(value)}`
          return (
            <g key={starts[at]}>
              <rect className={value === null ? 'untold' : 'told'} x={at + 0.06} width={0.88} y={HEIGHT - height} height={height} />
              <rect className="touch" x={at} width={1} y={0} height={HEIGHT}><title>{label}</title></rect>
            </g>
          )
        })}
      </svg>
    </>
  )
}

function Table({ health, strips }: { health: Health; strips: Strip[] }) {
  const { t } = useWords()
  const [{ zone }] = usePreferences()
  return (
    <Sheet>
      <table className="plain rows">
        <thead><tr><th scope="col">{t('console.sensors.from')}</th>{strips.map((each) => <th key={each.name} scope="col" className="num">{each.label}</th>)}</tr></thead>
        <tbody>
          {health.starts.map((start, at) => (
            <tr key={start}>
              <td className="num">{short(start, zone)}</td>
              {strips.map((each) => { const value = each.values[at] ?? null; return <td key={each.name} className="num">{value === null ? '–' : each.show(value)}</td> })}
            </tr>
          ))}
        </tbody>
      </table>
    </Sheet>
  )
}
