/** Which packets, whether they can be had, what is in them; what the rule read out of them. */
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { address, get } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { Alert, Packets } from '../../api/types.ts'
import { useKeys } from '../../keys/useKeys.ts'
import { Answered } from '../../parts/states.tsx'
import { CopyButton, Fact, Moment, Tag } from '../../parts/words.tsx'
import { useWords } from '../../text/i18n.ts'
import { Value } from './Story.tsx'

interface Kept {
  captures: { capture: string; state: string; sha256: string | null }[]
  packets: Packets[]
}
interface Node {
  name: string
  text: string
  position: number | null
  size: number | null
  children: Node[]
}
interface Decoded {
  capture: string
  of: number
  packets: { frame: number; time: string; data: string; tree: Node[] }[]
}

export function Evidence({ alert }: { alert: Alert }) {
  const { t, word } = useWords()
  const may = useMay()
  const kept = useQuery({ queryKey: ['packets', alert.id], queryFn: () => get<Kept>(`/alerts/${alert.id}/packets`) })
  const [open, setOpen] = useState(false)
  const facts = Object.entries(alert.parameters ?? {}).filter(([, value]) => value != null)
  const available = kept.data?.captures.some((each) => each.state === 'available') ?? false
  useKeys({ p: () => (available && may('evidence:read') ? setOpen((before) => !before) : false) })
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <Fact key={name} name={word('column', name)}>
            <Value value={value} />
          </Fact>
        ))}
      </dl>
      <Answered query={kept}>
        {({ captures, packets }) =>
          packets.length === 0 ? (
            <p className="quiet">{t('console.evidence.no_packets')}</p>
          ) : (
            <>
              <table className="plain">
                <caption className="sr">{t('console.evidence.packets')}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('console.evidence.capture')}</th>
                    <th scope="col">{t('console.evidence.frames')}</th>
                    <th scope="col">{t('console.evidence.state')}</th>
                  </tr>
                </thead>
                <tbody>
                  {packets.slice(0, 5).map((each) => {
                    const state = captures.find(({ capture }) => capture === each.capture)?.state ?? 'gone'
                    return (
                      <tr key={`${each.capture} ${each.first}`}>
                        <td>{each.capture}</td>
                        <td>{each.first === each.last ? each.first : `${each.first} – ${each.last}`}</td>
                        <td><Tag kind={state === 'available' ? 'good' : 'warn'}>{word('console.evidence.is', state)}</Tag></td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
              {available && (
                <div className="acts">
                  {may('evidence:read') && <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)} rightSection={<kbd aria-hidden>p</kbd>}>{t('console.evidence.decode')}</Button>}
                  {may('evidence:export') && <Button size="compact-sm" variant="default" component="a" href={address(`/alerts/${alert.id}/packets.pcap`)} leftSection={<IconDownload size={14} aria-hidden />}>{t('console.evidence.download')}</Button>}
                  {may('evidence:export') && <Button size="compact-sm" variant="default" component="a" href={address(`/alerts/${alert.id}/packets.pcap?anonymise=true`)} leftSection={<IconDownload size={14} aria-hidden />}>{t('console.evidence.download_anonymised')}</Button>}
                </div>
              )}
              {open && <Tree id={alert.id} />}
            </>
          )
        }
      </Answered>
      <p className="quiet num">
        {t('console.evidence.events', { count: alert.events?.length ?? 0 })} · {alert.sensor} · {alert.id} <CopyButton text={alert.id} label={t('console.evidence.copy_id')} />
      </p>
    </>
  )
}

function Tree({ id }: { id: string }) {
  const { t } = useWords()
  const decoded = useQuery({ queryKey: ['packets', id, 'tree'], queryFn: () => get<Decoded>(`/alerts/${id}/packets/tree`), staleTime: Infinity })
  const [at, setAt] = useState(0)
  const [mark, setMark] = useState<Node | null>(null)
  return (
    <Answered query={decoded}>
      {({ packets, of }) => {
        const packet = packets[at]
        if (!packet) return null
        return (
          <div className="decoded">
            <div className="story-line">
              <Button size="compact-xs" variant="default" disabled={at === 0} onClick={() => setAt(at - 1)}>{t('console.key.previous')}</Button>
              <span className="num">{t('console.evidence.frame', { frame: packet.frame, at: at + 1, of })}</span> <Moment at={packet.time} />
              <Button size="compact-xs" variant="default" disabled={at >= packets.length - 1} onClick={() => setAt(at + 1)}>{t('console.key.next')}</Button>
            </div>
            <ul className="nodes">{packet.tree.map((node, index) => <Branch key={`${node.name} ${index}`} node={node} choose={setMark} chosen={mark} deep={index >= packet.tree.length - 2} />)}</ul>
            <Hex data={packet.data} mark={mark} />
          </div>
        )
      }}
    </Answered>
  )
}

function Branch({ node, choose, chosen, deep }: { node: Node; choose: (node: Node) => void; chosen: Node | null; deep: boolean }) {
  const label = (
    <button type="button" className={chosen === node ? 'node chosen' : 'node'} onClick={() => choose(node)}>
      {node.text || node.name}
    </button>
  )
  if (!node.children.length) return <li>{label}</li>
  return (
    <li>
      <details open={deep}>
        <summary>{node.text || node.name}</summary>
        <ul>{node.children.map((each, index) => <Branch key={`${each.name} ${index}`} node={each} choose={choose} chosen={chosen} deep={false} />)}</ul>
      </details>
    </li>
  )
}

const WIDE = 16

/** Bytes of the packet; those of the chosen field are marked. */
function Hex({ data, mark }: { data: string; mark: Node | null }) {
  const { t } = useWords()
  const bytes = data.match(/../g) ?? []
  const from = mark?.position ?? -1
  const to = from + (mark?.size ?? 0)
  const lines = Array.from({ length: Math.ceil(bytes.length / WIDE) }, (_, line) => line * WIDE)
  return (
    <pre className="hex" tabIndex={0} aria-label={t('console.evidence.bytes')}>
      {lines.map((start) => (
        <div key={start}>
          <span className="quiet">{start.toString(16).padStart(4, '0')}  </span>
          {bytes.slice(start, start + WIDE).map((byte, index) => {
            const place = start + index
            return <span key={place} className={mark && place >= from && place < to ? 'marked' : ''}>{byte} </span>
          })}
        </div>
      ))}
    </pre>
  )
}
