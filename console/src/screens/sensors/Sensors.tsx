/** Whether the sensors listen, and which of them do not see everything. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Screen } from '../../parts/Screen.tsx'
import { Sheet } from '../../parts/Sheet.tsx'
import { Answered } from '../../parts/states.tsx'
import { Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { AddSensor } from './AddSensor.tsx'
import { SIGN, type Sensor, type State } from './types.ts'
import { Why } from './Why.tsx'

export const Standing = ({ state }: { state: State }) => {
  const { word } = useWords()
  return <Tag kind={SIGN[state]}>{word('console.sensor.state', state)}</Tag>
}

export function Sensors() {
  const { t } = useWords()
  const sensors = useQuery({ queryKey: ['sensors'], queryFn: () => get<Page<Sensor>>('/sensors'), refetchInterval: 30_000 })
  useKeys({ r: () => void sensors.refetch() })
  return (
    <Screen title={t('console.nav.sensors')}>
      <Answered query={sensors}>
        {({ items }) => (items.length === 0 ? <AddSensor /> : <List sensors={items} />)}
      </Answered>
    </Screen>
  )
}

function List({ sensors }: { sensors: Sensor[] }) {
  const { t } = useWords()
  return (
    <div className="stack">
      <Sheet>
        <table className="plain rows">
          <thead>
            <tr>
              <th scope="col">{t('console.sensors.name')}</th>
              <th scope="col">{t('console.alerts.column.state')}</th>
              <th scope="col">{t('console.sensors.why')}</th>
              <th scope="col">{t('console.sensors.heard')}</th>
              <th scope="col">{t('console.sensors.until')}</th>
              <th scope="col">{t('console.sensors.zones')}</th>
              <th scope="col">{t('console.sensors.software')}</th>
            </tr>
          </thead>
          <tbody>
            {sensors.map((each) => (
              <tr key={each.id}>
                <td className="strong"><Link to="/sensors/$id" params={{ id: each.id }}>{each.id}</Link></td>
                <td><Standing state={each.state} /></td>
                <td><Why sensor={each} /></td>
                <td><Moment at={each.last_seen} past /></td>
                <td><Moment at={each.packets_until} /></td>
                <td>{each.zones.join(', ') || '–'}</td>
                <td className="mono">{each.software ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sheet>
      <details className="card">
        <summary>{t('console.sensors.add')}</summary>
        <AddSensor />
      </details>
    </div>
  )
}
