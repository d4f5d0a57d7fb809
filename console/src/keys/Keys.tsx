/** A key as it is printed on the keyboard. */
const SIGNS: Record<string, string> = { 'mod+k': 'Ctrl K', Escape: 'Esc', Enter: '↵', J: '⇧ J', K: '⇧ K', A: '⇧ A' }

export function Keys({ keys }: { keys: string }) {
  const parts = keys.includes(' ') ? keys.split(' ') : [SIGNS[keys] ?? keys]
  return (
    <span className="keys">
      {parts.map((each) => (
        <kbd key={each}>{each}</kbd>
      ))}
    </span>
  )
}
