import { Modal } from '@mantine/core'
import { usePreferences } from '../parts/preferences.ts'
import { useWords, type TextKey } from '../text/i18n.ts'
import { Keys } from './Keys.tsx'
import { EVERYWHERE, GO, LIST, type Key } from './keymap.ts'

function Part({ title, keys }: { title: TextKey; keys: Key[] }) {
  const { t } = useWords()
  return (
    <section>
      <h3>{t(title)}</h3>
      <dl className="sheet">
        {keys.map((each) => (
          <div key={each.keys}>
            <dt>{t(each.text)}</dt>
            <dd>
              <Keys keys={each.keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

export function HelpSheet({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useWords()
  const [chosen, choose] = usePreferences()
  return (
    <Modal opened={opened} onClose={close} title={t('console.key.help')} size="xl" closeButtonProps={{ 'aria-label': t('console.close_dialog') }}>
      <div className="sheets">
        <Part title="console.key.of_lists" keys={LIST} />
        <Part title="console.key.go" keys={GO} />
        <Part title="console.key.everywhere" keys={EVERYWHERE} />
      </div>
      <label className="tick-box">
        <input type="checkbox" checked={chosen.keys} onChange={(event) => choose({ keys: event.currentTarget.checked })} />
        <span>
          {t('console.key.single_on')}
          <span className="line quiet">{t('console.key.single_why')}</span>
        </span>
      </label>
    </Modal>
  )
}
