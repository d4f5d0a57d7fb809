import { QueryClient } from '@tanstack/react-query'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Alert } from '../../api/types.ts'
import { parseSearch, writeSearch, type Search } from '../../router.tsx'
import { belongs, filterOf, searchOf } from './filter.ts'
import { rowsOf, tally } from './rows.ts'
import { current, decide, decideAll, inverse } from './triage.ts'

const told = (title: string) => ({ title, what: title })
const alert = (id: string, more: Partial<Alert> = {}): Alert =>
  ({
    id, severity: 'high', status: 'new', resolution: null, assignee: null, etag: '1', count: 2, 'rule.name': 'MB01', 'threat.technique.id': [],
    'source.ip': '10.0.0.1', 'destination.ip': '10.0.0.2', told: { en: told('write'), zh: told('写入') }, ...more,
  }) as Alert

it('keeps a filter in the address and reads it back', () => {
  const filter = { ...filterOf({}), status: ['new', 'closed'] as Alert['status'][], severity: 'high' as const, rule: ['MB01', 'UA06'], text: 'a b&c=d', open: 'x' }
  const address = writeSearch(searchOf(filter))
  expect(filterOf(parseSearch(address))).toEqual(filter)
  expect(writeSearch(searchOf(filterOf({})))).toBe('')
})

it('takes nothing from an address that it does not know', () => {
  const wrong: Search = { status: 'gone', severity: '<script>', sort: 'drop', group: 'x', class: 'y' }
  expect(filterOf(wrong)).toEqual(filterOf({}))
})

it('groups by rule with the worst first in the head, and leaves single alerts alone', () => {
  const alerts = [alert('a'), alert('b', { severity: 'critical' }), alert('c', { 'rule.name': 'G01' })]
  const rows = rowsOf(alerts, 'rule', new Set(), 'en')
  expect(rows.map((row) => row.kind)).toEqual(['head', 'alert', 'alert', 'alert'])
  expect(rows[0]).toMatchObject({ label: 'write', worst: 'critical', count: 4, open: true })
  expect(rowsOf(alerts, 'rule', new Set(['group MB01']), 'en')).toHaveLength(2)
  expect(tally(alerts)).toEqual([['critical', 1], ['high', 2]])
})

const answers: (() => Response | Promise<Response>)[] = []
const asked: { headers: Record<string, string>; body: unknown }[] = []
let client: QueryClient

beforeEach(() => {
  answers.length = asked.length = 0
  client = new QueryClient()
  client.setQueryData(['alerts', {}], { items: [alert('a'), alert('b')], cursor: null })
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    asked.push({ headers: init.headers as Record<string, string>, body: JSON.parse(String(init.body)) })
    const next = answers.shift()
    return Promise.resolve(next ? next() : Response.error())
  })
})

const ok = (change: Partial<Alert>) => () => Response.json(alert('a', change))

it('shows a decision before the server answers, and keeps the etag that it answers with', async () => {
  let release: (response: Response) => void = () => undefined
  answers.push(() => new Promise((resolve) => (release = resolve)))
  const sent = decide(client, 'a', { status: 'in_progress' })
  expect(current(client, 'a')?.status).toBe('in_progress')
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  release(Response.json(alert('a', { status: 'in_progress', etag: '2' })))
  await sent
  expect(current(client, 'a')?.etag).toBe('2')
  expect(current(client, 'b')?.status).toBe('new')
})

it('sends fast decisions about one alert one after the other, each with the newest etag', async () => {
  answers.push(ok({ status: 'in_progress', etag: '2' }), ok({ status: 'closed', etag: '3' }))
  await Promise.all([decide(client, 'a', { status: 'in_progress' }), decide(client, 'a', { status: 'closed', resolution: 'duplicate' })])
  expect(asked.map((each) => each.headers['If-Match'])).toEqual(['"1"', '"2"'])
})

it('takes back only the row that was refused', async () => {
  answers.push(() => Response.json({ code: 'conflict', title: 'no', status: 412 }, { status: 412 }), ok({ status: 'in_progress', etag: '2' }))
  await decideAll(client, ['a', 'b'], { status: 'in_progress' }, String)
  expect([current(client, 'a')?.status, current(client, 'b')?.status]).toEqual(['new', 'in_progress'])
})

it('knows what takes a decision back', () => {
  expect(inverse(alert('a', { assignee: 'li' }))).toEqual({ status: 'new', assignee: 'li' })
  expect(inverse(alert('a', { status: 'closed', resolution: 'duplicate' }))).toEqual({ status: 'closed', resolution: 'duplicate', assignee: '' })
})

it('shows only what the filter asks for', () => {
  expect(belongs(alert('a', { status: 'closed' }), filterOf({}))).toBe(false)
})
