import { expect, test } from 'vitest'
import { typed, untyped } from './moments.ts'

test('what is typed comes back in the zone in which it was typed', () => {
  expect(typed('2026-11-24T00:31:18Z', 'utc')).toBe('2026-11-24T00:31')
  expect(untyped('2026-11-24T00:31', 'utc')).toBe('2026-11-24T00:31:00.000Z')
  expect(untyped(typed('2026-07-01T12:05:00Z', 'local'), 'local')).toBe('2026-07-01T12:05:00.000Z')
})

test('a span, nothing and nonsense are no moments', () => {
  for (const text of ['24h', '', 'soon']) expect(typed(text, 'local')).toBe('')
  for (const text of ['', 'soon']) expect(untyped(text, 'utc')).toBeNull()
})
