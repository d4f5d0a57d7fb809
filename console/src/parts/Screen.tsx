import { useEffect, type ReactNode } from 'react'

/** A screen: its title, what can be done there, its content. */
export function Screen({ title, note, actions, children, flush = false }: {
  title: string
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  flush?: boolean
}) {
  useEffect(() => {
    document.title = `${title} · Bittern`
  }, [title])
  return (
    <main className={flush ? 'screen flush' : 'screen'} id="content" tabIndex={-1}>
      <header className="screen-head">
        <h1>{title}</h1>
        {note && <div className="note">{note}</div>}
        <div className="grow" />
        {actions}
      </header>
      {children}
    </main>
  )
}
