import { IconAlertTriangle, IconBinaryTree2, IconBook2, IconBoxMultiple, IconClipboardCheck, IconHome, IconListSearch, IconRadar2, IconScale, IconSettings, IconShieldCheck, IconTargetArrow, IconTopologyStar3, type Icon } from '@tabler/icons-react'
import type { TextKey } from '../text/i18n.ts'

/** Screens in the order of the day: what is wrong, what is there, what is known, what it proves. */
export const NAV: { to: string; text: TextKey; icon: Icon; needs?: string; gap?: true }[] = [
  { to: '/', text: 'console.nav.home', icon: IconHome },
  { to: '/alerts', text: 'console.nav.alerts', icon: IconAlertTriangle, needs: 'alerts:read' },
  { to: '/incidents', text: 'console.nav.incidents', icon: IconBinaryTree2, needs: 'incidents:read' },
  { to: '/assets', text: 'console.nav.assets', icon: IconBoxMultiple, needs: 'assets:read', gap: true },
  { to: '/map', text: 'console.nav.map', icon: IconTopologyStar3, needs: 'map:read' },
  { to: '/hunt', text: 'console.nav.hunt', icon: IconListSearch, needs: 'events:read' },
  { to: '/rules', text: 'console.nav.rules', icon: IconScale, needs: 'rules:read', gap: true },
  { to: '/baseline', text: 'console.nav.baseline', icon: IconShieldCheck, needs: 'baseline:read' },
  { to: '/playbooks', text: 'console.nav.playbooks', icon: IconBook2, needs: 'playbooks:read' },
  { to: '/drills', text: 'console.nav.drills', icon: IconTargetArrow, needs: 'drill:read' },
  { to: '/assessment', text: 'console.nav.assessment', icon: IconClipboardCheck, needs: 'assessments:read', gap: true },
  { to: '/sensors', text: 'console.nav.sensors', icon: IconRadar2, needs: 'sensors:read' },
  { to: '/settings', text: 'console.nav.settings', icon: IconSettings },
]
