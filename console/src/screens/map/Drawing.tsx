/** The drawing: SVG at the server's places, moved with the mouse or with arrow keys, + and −. */
import { IconMinus, IconPlus, IconZoomScan } from '@tabler/icons-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useWords } from '../../text/i18n.ts'
import type { Chosen, Host, Line, PlantMapDocument } from './types.ts'

/** The server's place of a host is the corner of its cell. */
const CELL = { x: 50, y: 56 }

interface Box {
  x: number
  y: number
  w: number
  h: number
}

const MARGIN = 70
const STEP = 60

function whole({ zones, hosts }: PlantMapDocument): Box {
  const left = Math.min(...zones.map((z) => z.x), ...hosts.map((h) => h.x)) - MARGIN
  const top = Math.min(...zones.map((z) => z.y), ...hosts.map((h) => h.y)) - MARGIN
  const right = Math.max(...zones.map((z) => z.x + z.width), ...hosts.map((h) => h.x)) + MARGIN
  const bottom = Math.max(...zones.map((z) => z.y + z.height), ...hosts.map((h) => h.y)) + MARGIN
  return { x: left, y: top, w: right - left, h: bottom - top }
}

const zoomed = ({ x, y, w, h }: Box, by: number): Box => ({ x: x + (w - w * by) / 2, y: y + (h - h * by) / 2, w: w * by, h: h * by })

export function Drawing({ map, wanted, chosen, choose }: { map: PlantMapDocument; wanted: string; chosen: Chosen | null; choose: (chosen: Chosen | null) => void }) {
  const { t, word, lang } = useWords()
  const all = useMemo(() => whole(map), [map])
  const [box, setBox] = useState(all)
  useEffect(() => setBox(all), [all])
  const svg = useRef<SVGSVGElement>(null)
  const drag = useRef<{ x: number; y: number; box: Box } | null>(null)
  const hosts = useMemo(() => map.hosts.map((host) => ({ ...host, x: host.x + CELL.x, y: host.y + CELL.y })), [map])
  const at = new Map(hosts.map((host) => [host.id, host]))
  const fits = (host: Host) => wanted === '' || [host.id, host.name, host.zone, ...host.roles].some((each) => each.toLowerCase().includes(wanted))
  const lit = useMemo(() => litBy(map, chosen), [map, chosen])

  useEffect(() => {
    const drawn = svg.current
    if (!drawn) return undefined
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      setBox((before) => zoomed(before, event.deltaY > 0 ? 1.12 : 0.89))
    }
    drawn.addEventListener('wheel', wheel, { passive: false })
    return () => drawn.removeEventListener('wheel', wheel)
  }, [])

  const move = (event: PointerEvent) => {
    const held = drag.current
    const width = svg.current?.clientWidth
    if (!held || !width) return
    const scale = Math.max(held.box.w / width, held.box.h / (svg.current?.clientHeight ?? 1))
    setBox({ ...held.box, x: held.box.x - (event.clientX - held.x) * scale, y: held.box.y - (event.clientY - held.y) * scale })
  }
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key]
    if (by) setBox({ ...box, x: box.x + (by[0] ?? 0), y: box.y + (by[1] ?? 0) })
    else if (event.key === '+' || event.key === '=') setBox(zoomed(box, 0.85))
    else if (event.key === '-') setBox(zoomed(box, 1.18))
    else if (event.key === '0') setBox(all)
    else return
    event.preventDefault()
  }
  return (
    <div className="map">
      <svg
        ref={svg}
        viewBox={`${box.x} ${box.y} ${box.w} ${box.h}`}
        role="group"
        tabIndex={0}
        aria-label={t('console.map.label', { hosts: map.hosts.length, lines: map.lines.length })}
        onKeyDown={keys}
        onPointerDown={(event) => {
          if (event.target === svg.current || (event.target as Element).classList.contains('zone')) drag.current = { x: event.clientX, y: event.clientY, box }
        }}
        onPointerMove={move}
        onPointerUp={() => (drag.current = null)}
        onPointerLeave={() => (drag.current = null)}
      >
        {map.zones.map((zone) => (
          <g key={zone.id}>
            <rect className="zone" x={zone.x} y={zone.y} width={zone.width} height={zone.height} rx={12} />
            <text className="zone-name" x={zone.x + 12} y={zone.y + 22}>
              {zone.name[lang] || word('console.map.zone', zone.id)}{zone.level === null ? '' : ` · L${zone.level}`}
            </text>
          </g>
        ))}
        {map.lines.map((line) => {
          const [from, to] = [at.get(line.source), at.get(line.destination)]
          if (!from || !to) return null
          const key = `${line.source} ${line.destination}`
          return (
            <path key={key} className={lineClass(line, lit)} d={curve(from, to)} onClick={() => choose({ line: [line.source, line.destination] })}>
              <title>{`${from.name} → ${to.name}: ${Object.keys(line.protocols).join(', ')}`}</title>
            </path>
          )
        })}
        {hosts.map((host) => (
          <g
            key={host.id}
            className={hostClass(host, lit, fits(host))}
            transform={`translate(${host.x} ${host.y})`}
            onClick={() => choose({ host: host.id })}
          >
            <title>{host.name}</title>
            {host.alerts > 0 && <circle className="ring" r={17} />}
            <circle className="dot" r={11} />
            {!host.declared && <text className="sign" y={4}>?</text>}
            {host.new && <circle className="fresh" cx={10} cy={-10} r={4.5} />}
            <text className="host-name" y={28}>{brief(host.name)}</text>
            {host.name !== host.id && <text className="host-id" y={40}>{host.id}</text>}
          </g>
        ))}
      </svg>
      <div className="map-tools">
        <button type="button" className="icon" onClick={() => setBox(zoomed(box, 0.8))} aria-label={t('console.map.nearer')}><IconPlus size={16} /></button>
        <button type="button" className="icon" onClick={() => setBox(zoomed(box, 1.25))} aria-label={t('console.map.farther')}><IconMinus size={16} /></button>
        <button type="button" className="icon" onClick={() => setBox(all)} aria-label={t('console.map.whole')}><IconZoomScan size={16} /></button>
      </div>
      <Legend />
    </div>
  )
}

const brief = (name: string): string => (name.length > 15 ? `${name.slice(0, 14)}…` : name)

/** Hosts and lines that belong to what is chosen. */
function litBy(map: PlantMapDocument, chosen: Chosen | null): ReadonlySet<string> | null {
  if (!chosen) return null
  const touched = map.lines.filter((line) => ('host' in chosen ? line.source === chosen.host || line.destination === chosen.host : line.source === chosen.line[0] && line.destination === chosen.line[1]))
  return new Set([...('host' in chosen ? [chosen.host] : []), ...touched.flatMap((line) => [line.source, line.destination, `${line.source} ${line.destination}`])])
}

const lineClass = (line: Line, lit: ReadonlySet<string> | null): string =>
  ['talk', line.verdict, line.new ? 'new' : '', lit && !lit.has(`${line.source} ${line.destination}`) ? 'dim' : ''].join(' ')

const hostClass = (host: Host, lit: ReadonlySet<string> | null, fits: boolean): string =>
  ['host', host.declared ? '' : 'unknown', host.criticality ?? '', (lit && !lit.has(host.id)) || !fits ? 'dim' : ''].join(' ')

/** A line that bends a little, so that both directions are seen beside each other. */
function curve(from: Host, to: Host): string {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const bend = 0.08
  const [mx, my] = [(from.x + to.x) / 2 - dy * bend, (from.y + to.y) / 2 + dx * bend]
  return `M ${from.x} ${from.y} Q ${mx} ${my} ${to.x} ${to.y}`
}

function Legend() {
  const { t } = useWords()
  return (
    <ul className="legend" aria-label={t('console.map.legend')}>
      {(['inside', 'allowed', 'undeclared', 'denied'] as const).map((each) => (
        <li key={each}>
          <svg width="26" height="8" aria-hidden><path className={`talk ${each}`} d="M 1 4 H 25" /></svg>
          {t(`console.map.verdict.${each}`)}
        </li>
      ))}
      <li><svg width="12" height="12" aria-hidden><circle className="fresh" cx="6" cy="6" r="4.500" /></svg>{t('console.map.is_new')}</li>
      <li><svg width="16" height="16" aria-hidden><circle className="ring" cx="8" cy="8" r="6" /></svg>{t('console.map.has_alerts')}</li>
    </ul>
  )
}
