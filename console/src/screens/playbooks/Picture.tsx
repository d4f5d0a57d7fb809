import { useEffect, useRef } from 'react'
import { useWords } from '../../text/i18n.ts'
import type { Graph } from './types.ts'

const BOX = { w: 210, h: 58 }
const MARGIN = 20
const PART = 15

/** Words in lines of a box: at most two, the rest cut. */
function lines(text: string, wide: boolean): string[] {
  const most = wide ? PART : 30
  const cut = text.length > most * 2 ? `${text.slice(0, most * 2 - 1)}…` : text
  if (cut.length <= most) return [cut]
  const space = wide ? most : Math.max(cut.lastIndexOf(' ', most), 1)
  return [cut.slice(0, space), cut.slice(space).trim()]
}

/** The graph of a playbook at the server's places. `names` are those of the steps, with their variables told. */
export function Picture({ graph, names }: { graph: Graph; names: ReadonlyMap<string, string> }) {
  const { t, word, lang } = useWords()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = place.current
    if (box) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2
  }, [graph])
  const at = new Map(graph.nodes.map((node) => [node.id, node]))
  const [xs, ys] = [graph.nodes.map((node) => node.x), graph.nodes.map((node) => node.y)]
  const left = Math.min(...xs) - BOX.w / 2 - MARGIN
  const width = Math.max(...xs) + BOX.w / 2 + MARGIN - left
  const height = Math.max(...ys) + BOX.h + MARGIN * 2
  return (
    <div ref={place} className="picture" role="region" aria-label={t('console.playbooks.graph')} tabIndex={0}>
      <svg width={width} height={height} viewBox={`${left} ${-MARGIN} ${width} ${height}`} role="img" aria-label={t('console.playbooks.graph_same')}>
        {graph.edges.map((edge) => {
          const [from, to] = [at.get(edge.source), at.get(edge.target)]
          if (!from || !to) return null
          const [y1, y2] = [from.y + BOX.h, to.y]
          return <path key={`${edge.source} ${edge.target} ${edge.label}`} className={edge.label === 'on_failure' ? 'edge failure' : 'edge'} d={`M ${from.x} ${y1} C ${from.x} ${y1 + 30}, ${to.x} ${y2 - 30}, ${to.x} ${y2}`} />
        })}
        {graph.nodes.map((node) => (
          <g key={node.id} className={`box ${node.kind} ${node.effect ?? ''}`} transform={`translate(${node.x - BOX.w / 2} ${node.y})`}>
            <rect width={BOX.w} height={BOX.h} rx={node.kind === 'start' || node.kind === 'end' ? BOX.h / 2 : 8} />
            {lines(names.get(node.id) || node.name || word('console.playbooks.kind', node.kind), lang === 'zh').map((line, index, all) => (
              <text key={line} x={BOX.w / 2} y={BOX.h / 2 + 4 + (index - (all.length - 1) / 2) * 16}>{line}</text>
            ))}
          </g>
        ))}
      </svg>
    </div>
  )
}
