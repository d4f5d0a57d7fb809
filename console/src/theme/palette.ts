/** The colours of the console. A test holds every pair of text and ground at a contrast of 4.5 or more. */
export type Scheme = 'light' | 'dark'

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'informational'] as const
export type Severity = (typeof SEVERITIES)[number]

interface Ink {
  text: string
  ground: string
  mark: string
}

/** `mark` is the colour of bars, dots and lines (contrast 3 to the page), `text` stands on `ground`. */
export const SEVERITY: Record<Scheme, Record<Severity, Ink>> = {
  light: {
    critical: { text: '#8f1027', ground: '#fbe1e4', mark: '#c0203c' },
    high: { text: '#8a3600', ground: '#fde8d8', mark: '#cf5a12' },
    medium: { text: '#6a4c00', ground: '#fbf0cb', mark: '#a37a00' },
    low: { text: '#1a4f86', ground: '#e2edf9', mark: '#3d7cbf' },
    informational: { text: '#48514c', ground: '#ebedea', mark: '#77827c' },
  },
  dark: {
    critical: { text: '#ffb8c0', ground: '#48151e', mark: '#ff5c72' },
    high: { text: '#ffc59c', ground: '#432511', mark: '#f58a45' },
    medium: { text: '#f0d680', ground: '#383009', mark: '#d9b53a' },
    low: { text: '#a9d0f7', ground: '#152e49', mark: '#5b9fdd' },
    informational: { text: '#bcc5bf', ground: '#2a312d', mark: '#8b968f' },
  },
}

export const PAGE: Record<Scheme, Record<string, string>> = {
  light: {
    page: '#f6f6f2', surface: '#ffffff', raised: '#ffffff', sunken: '#efefe9', line: '#e2e2da', 'line-strong': '#c9cac0',
    text: '#1d2420', quiet: '#58625c', accent: '#0d6354', 'accent-ground': '#dcefe9', 'on-accent': '#ffffff',
    good: '#1c6a35', 'good-ground': '#e0f2e4', bad: '#8f1027', 'bad-ground': '#fbe1e4', warn: '#6a4c00',
    'warn-ground': '#fbf0cb', active: '#e6f1ed',
  },
  dark: {
    page: '#101412', surface: '#171c19', raised: '#1f2622', sunken: '#0c0f0e', line: '#29312c', 'line-strong': '#435048',
    text: '#e3e8e4', quiet: '#a0aba4', accent: '#62c9b0', 'accent-ground': '#14372f', 'on-accent': '#07211b',
    good: '#86d99c', 'good-ground': '#14331d', bad: '#ffb8c0', 'bad-ground': '#48151e', warn: '#f0d680',
    'warn-ground': '#383009', active: '#1b2b26',
  },
}

/** Pairs (text, ground) that the console sets, by their names in PAGE. */
export const PAIRS: [string, string][] = [
  ...['page', 'surface', 'raised', 'sunken', 'active'].flatMap((ground): [string, string][] => [
    ['text', ground],
    ['quiet', ground],
    ['accent', ground],
  ]),
  ['accent', 'accent-ground'], ['on-accent', 'accent'], ['good', 'good-ground'], ['bad', 'bad-ground'], ['warn', 'warn-ground'],
  ['text', 'accent-ground'], ['text', 'bad-ground'], ['text', 'warn-ground'], ['bad', 'surface'], ['good', 'surface'],
  ['warn', 'surface'], ['bad', 'page'], ['good', 'page'], ['warn', 'page'],
]

/** Contrast of two colours `#rrggbb` (WCAG 2.2, relative luminance), 1 to 21. */
export function contrast(one: string, other: string): number {
  const [brighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (brighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** The colours of a scheme as CSS variables `--b-…`. */
export function variables(scheme: Scheme): Record<string, string> {
  const page = Object.entries(PAGE[scheme]).map(([name, value]) => [`--b-${name}`, value])
  const severity = SEVERITIES.flatMap((name) =>
    Object.entries(SEVERITY[scheme][name]).map(([part, value]) => [`--b-${name}-${part}`, value as string]),
  )
  return Object.fromEntries([...page, ...severity]) as Record<string, string>
}
