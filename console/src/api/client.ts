/** One way to the API: cookies of this host, the CSRF token on changes, problems as errors, etags kept. */
import { language } from '../text/i18n.ts'
import { NoAnswer, Problem, type ProblemDocument } from './problem.ts'

const ROOT = '/api/v1'
type Scalar = string | number | boolean
export type Query = Record<string, Scalar | readonly Scalar[] | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  etag?: string
  key?: string
  signal?: AbortSignal
}

let csrf: string | null = null
export const setCsrf = (token: string | null): void => {
  csrf = token
}

let lost: () => void = () => undefined
/** Called when an answer says that nobody is signed in any more. */
export const onSignedOut = (call: () => void): void => {
  lost = call
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value == null || value === '') continue
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each))
  }
  const text = search.toString()
  return ROOT + path + (text ? `?${text}` : '')
}

/** Ask the API. Raises Problem or NoAnswer. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await answered(method, path, options)
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** Fetch a file and let the browser save it: unlike a link, what the API refuses is a Problem. Raises Problem or NoAnswer. */
export async function save(path: string, name: string, query?: Query): Promise<void> {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await (await answered('GET', path, query ? { query } : {})).blob())
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

async function answered(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language() }
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.etag) headers['If-Match'] = `"${options.etag}"`
  if (options.key) headers['Idempotency-Key'] = options.key
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new NoAnswer()
  }
  if (response.ok) return response
  const problem = await refusal(response)
  if (problem.code === 'not_signed_in') lost()
  throw problem
}

async function refusal(response: Response): Promise<Problem> {
  const fallback: ProblemDocument = {
    type: 'about:blank', title: `HTTP ${response.status}`, status: response.status, code: `http_${response.status}`,
    parameters: {}, trace_id: response.headers.get('X-Trace-Id') ?? '',
  }
  try {
    return new Problem({ ...fallback, ...((await response.json()) as ProblemDocument) })
  } catch {
    return new Problem(fallback)
  }
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) })

const PAGE = 5000

/** A list from its first page on, until there is no more or `most` are there. */
export async function getAll<T>(path: string, query: Query, most: number, signal?: AbortSignal): Promise<{ items: T[]; cursor: string | null }> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: { items: T[]; cursor: string | null } = await get(path, { ...query, limit: Math.min(PAGE, most - items.length), cursor }, signal)
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== null && items.length < most)
  return { items, cursor }
}
