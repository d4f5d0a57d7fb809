import type { FormEvent, ReactNode } from 'react'

/** A form that Ctrl-Enter sends from any of its fields. */
export function Form({ submit, children }: { submit: () => void; children: ReactNode }) {
  const send = (event: FormEvent) => {
    event.preventDefault()
    submit()
  }
  return (
    <form
      className="form"
      onSubmit={send}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit()
      }}
    >
      {children}
    </form>
  )
}
