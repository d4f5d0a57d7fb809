/** Why a sensor is not well, in a line for each reason. */
import { usePreferences } from '../../parts/preferences.ts'
import { useWords, type TextKey } from '../../text/i18n.ts'
import { full, number } from '../../text/moments.ts'
import type { Reason, Sensor } from './types.ts'

const SHARES = ['share', 'limit']

export function Why({ sensor }: { sensor: Sensor }) {
  const { t, lang } = useWords()
  const [{ zone }] = usePreferences()
  const told = (reason: Reason) => {
    const shown = Object.entries(reason.parameters).map(([name, value]) => [name, name === 'since' ? full(String(value), zone) : SHARES.includes(name) ? percent(Number(value)) : number(Number(value), lang)])
    return t(`console.sensors.reason.${reason.code}` as TextKey, Object.fromEntries(shown) as Record<string, string>)
  }
  if (sensor.state === 'never') return <span className="quiet">{t('console.sensors.never')}</span>
  if (!sensor.reasons.length) return <span className="quiet">{t('console.sensors.sees')}</span>
  return <ul>{sensor.reasons.map((reason) => <li key={reason.code}>{told(reason)}</li>)}</ul>
}

const LEAST = 0.001

/** `0.034 %`: as many digits as say something. */
export function percent(share: number): string {
  const value = share * 100
  if (value === 0 || value >= 100) return `${Math.round(value)} %`
  return value < LEAST ? `< ${LEAST} %` : `${value.toPrecision(value >= 1 ? 3 : 2)} %`
}
