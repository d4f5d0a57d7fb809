/** Addresses of the screens. What a list shows stands in its address, in plain words. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { Frame } from './frame/Frame.tsx'
import { NotFound } from './frame/NotFound.tsx'
import { Failed } from './parts/states.tsx'
import { allTexts } from './text/i18n.ts'

export type Search = Record<string, string | string[]>

/** `?status=new&status=closed` ⇄ `{status: ['new', 'closed']}` */
export function parseSearch(text: string): Search {
  const found: Search = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name]
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return found
}

export function writeSearch(search: Record<string, unknown>): string {
  const parts = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value == null || value === '') continue
    for (const each of Array.isArray(value) ? value : [value]) parts.append(name, String(each))
  }
  const text = parts.toString()
  return text ? `?${text}` : ''
}

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: ({ error, reset }) => <Failed error={error} retry={reset} /> })
const page = { getParentRoute: () => root, validateSearch: (search: Record<string, unknown>) => search as Search } as const

const routes = [
  createRoute({ ...page, path: '/', component: lazyRouteComponent(() => import('./screens/Home.tsx'), 'Home') }),
  createRoute({ ...page, path: '/alerts', component: lazyRouteComponent(() => import('./screens/alerts/AlertsScreen.tsx'), 'AlertsScreen') }),
  createRoute({ ...page, path: '/alerts/$id', component: lazyRouteComponent(() => import('./screens/alerts/AlertPage.tsx'), 'AlertPage') }),
  createRoute({ ...page, path: '/incidents', loader: allTexts, component: lazyRouteComponent(() => import('./screens/incidents/Incidents.tsx'), 'Incidents') }),
  createRoute({ ...page, path: '/incidents/$id', loader: allTexts, component: lazyRouteComponent(() => import('./screens/incidents/IncidentPage.tsx'), 'IncidentPage') }),
  createRoute({ ...page, path: '/baseline', loader: allTexts, component: lazyRouteComponent(() => import('./screens/baseline/Baseline.tsx'), 'Baseline') }),
  createRoute({ ...page, path: '/map', loader: allTexts, component: lazyRouteComponent(() => import('./screens/map/PlantMap.tsx'), 'PlantMap') }),
  createRoute({ ...page, path: '/assets', loader: allTexts, component: lazyRouteComponent(() => import('./screens/assets/Assets.tsx'), 'Assets') }),
  createRoute({ ...page, path: '/assets/$key', loader: allTexts, component: lazyRouteComponent(() => import('./screens/assets/AssetPage.tsx'), 'AssetPage') }),
  createRoute({ ...page, path: '/hunt', loader: allTexts, component: lazyRouteComponent(() => import('./screens/hunt/Hunt.tsx'), 'Hunt') }),
  createRoute({ ...page, path: '/rules', loader: allTexts, component: lazyRouteComponent(() => import('./screens/rules/Rules.tsx'), 'Rules') }),
  createRoute({ ...page, path: '/rules/$name', loader: allTexts, component: lazyRouteComponent(() => import('./screens/rules/RulePage.tsx'), 'RulePage') }),
  createRoute({ ...page, path: '/playbooks', loader: allTexts, component: lazyRouteComponent(() => import('./screens/playbooks/Playbooks.tsx'), 'Playbooks') }),
  createRoute({ ...page, path: '/playbooks/$slug', loader: allTexts, component: lazyRouteComponent(() => import('./screens/playbooks/PlaybookPage.tsx'), 'PlaybookPage') }),
  createRoute({ ...page, path: '/runs/$id', loader: allTexts, component: lazyRouteComponent(() => import('./screens/playbooks/RunPage.tsx'), 'RunPage') }),
  createRoute({ ...page, path: '/drills', loader: allTexts, component: lazyRouteComponent(() => import('./screens/drills/Drills.tsx'), 'Drills') }),
  createRoute({ ...page, path: '/drills/$id', loader: allTexts, component: lazyRouteComponent(() => import('./screens/drills/DrillPage.tsx'), 'DrillPage') }),
  createRoute({ ...page, path: '/assessment', loader: allTexts, component: lazyRouteComponent(() => import('./screens/assessment/Assessments.tsx'), 'Assessments') }),
  createRoute({ ...page, path: '/assessment/$id', loader: allTexts, component: lazyRouteComponent(() => import('./screens/assessment/AssessmentPage.tsx'), 'AssessmentPage') }),
  createRoute({ ...page, path: '/sensors', loader: allTexts, component: lazyRouteComponent(() => import('./screens/sensors/Sensors.tsx'), 'Sensors') }),
  createRoute({ ...page, path: '/sensors/$id', loader: allTexts, component: lazyRouteComponent(() => import('./screens/sensors/SensorPage.tsx'), 'SensorPage') }),
  createRoute({ ...page, path: '/settings', beforeLoad: () => { throw redirect({ to: '/settings/$part', params: { part: 'account' } }) } }),
  createRoute({ ...page, path: '/settings/$part', loader: allTexts, component: lazyRouteComponent(() => import('./screens/settings/Settings.tsx'), 'Settings') }),
]

export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch,
  stringifySearch: writeSearch,
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
