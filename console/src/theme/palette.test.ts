import { describe, expect, it } from 'vitest'
import { contrast, PAGE, PAIRS, SEVERITIES, SEVERITY, type Scheme } from './palette.ts'

describe.each<Scheme>(['light', 'dark'])('%s', (scheme) => {
  it.each(SEVERITIES)('%s is read on its ground, and its mark is seen on the page', (severity) => {
    const ink = SEVERITY[scheme][severity]
    expect(contrast(ink.text, ink.ground)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(ink.mark, PAGE[scheme]['surface'] ?? '')).toBeGreaterThanOrEqual(3)
  })

  it.each(PAIRS)('%s is read on %s', (text, ground) => {
    expect(contrast(PAGE[scheme][text] ?? '', PAGE[scheme][ground] ?? '')).toBeGreaterThanOrEqual(4.5)
  })
})

it('knows black on white', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 2)
})
