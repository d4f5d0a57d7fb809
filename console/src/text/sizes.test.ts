import { expect, test } from 'vitest'
import { octets, size } from './sizes.ts'

test('a size that is shown is read as the same', () => {
  for (const bytes of [0, 999, 20e9, 1.5e6, 250e3, 2e12]) expect(octets(size(bytes))).toBe(bytes)
  expect(size(10_737_418_240)).toBe('10.7 GB')
})

test('nothing is no bound, nonsense is no size', () => {
  expect(octets(' ')).toBeNull()
  for (const text of ['20', 'GB', '1,5 GB', '-3 MB', '20 GiB']) expect(octets(text)).toBeUndefined()
  expect(octets('50gb')).toBe(50e9)
})
