import { renderHook } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { preferences } from '../parts/preferences.ts'
import { EVERYWHERE, GO, LIST } from './keymap.ts'
import { useKeys } from './useKeys.ts'

const press = (key: string, more: KeyboardEventInit = {}, on: EventTarget = document.body): boolean =>
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))

afterEach(() => {
  document.body.innerHTML = ''
  preferences.set({ keys: true })
})

it('runs a key, two keys one after the other, and the latest binding first', () => {
  const [low, high, go] = [vi.fn(), vi.fn(), vi.fn()]
  const under = renderHook(() => useKeys({ e: low, 'g a': go }))
  const over = renderHook(() => useKeys({ e: high }))
  press('e')
  press('g')
  press('a')
  expect([low.mock.calls.length, high.mock.calls.length, go.mock.calls.length]).toEqual([0, 1, 1])
  over.unmount()
  press('e')
  expect(low).toHaveBeenCalledTimes(1)
  under.unmount()
})

it('lets typing, Chinese input, open dialogs and who turned keys off alone', () => {
  const does = vi.fn()
  const hook = renderHook(() => useKeys({ e: does, 'mod+k': does }))
  const input = document.body.appendChild(document.createElement('input'))
  press('e', {}, input)
  press('e', { isComposing: true })
  preferences.set({ keys: false })
  press('e')
  preferences.set({ keys: true })
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog" aria-modal="true"></div>')
  press('e')
  expect(does).not.toHaveBeenCalled()
  press('k', { ctrlKey: true }, input)
  expect(does).toHaveBeenCalledTimes(1)
  hook.unmount()
})

it('has no key twice in what is in force together', () => {
  const all = [...GO, ...EVERYWHERE, ...LIST].map((each) => each.keys)
  expect(new Set(all).size).toBe(all.length)
})
