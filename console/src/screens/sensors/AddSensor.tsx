/** How a sensor is added: the commands, each to be copied. */
import { CopyButton } from '../../parts/words.tsx'
import { useWords, type TextKey } from '../../text/i18n.ts'

const here = (): string => window.location.origin
const WAYS: { text: TextKey; commands: (name: string) => string[] }[] = [
  { text: 'console.sensors.add_here', commands: () => ['bittern run --interface eth1 --user bittern --data /var/lib/bittern'] },
  {
    text: 'console.sensors.add_elsewhere',
    commands: (name) => [
      `bittern user create ${name} --role sensor --store embedded:/var/lib/bittern/store`,
      `bittern token create upload --user ${name} --scope segments:write --days 366 --store embedded:/var/lib/bittern/store >token`,
      `bittern sensor --interface eth1 --user bittern --spool /var/spool/bittern --sensor ${name}`,
      `bittern forward --spool /var/spool/bittern --to ${here()} --token-file token --ca ca.crt`,
    ],
  },
  { text: 'console.sensors.add_mirror', commands: () => ['bittern sensor test-mirror --interface eth1'] },
]

export function AddSensor({ name = 'line-3' }: { name?: string }) {
  const { t } = useWords()
  return (
    <div className="stack">
      <p className="quiet">{t('console.sensors.add_means')}</p>
      {WAYS.map(({ text, commands }) => (
        <div key={text}>
          <h3>{t(text)}</h3>
          {commands(name).map((command) => (
            <div key={command} className="command">
              <code>{command}</code>
              <CopyButton text={command} label={t('console.sensors.copy_command')} />
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}
