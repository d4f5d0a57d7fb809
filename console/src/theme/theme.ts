/** Mantine in our colours: one look for its parts and ours. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'
import { variables } from './palette.ts'

const REED: MantineColorsTuple = [
  '#e8f5f1', '#d2e9e2', '#a5d4c6', '#75bea9', '#4eac91', '#35a182', '#0d6354', '#0b5648', '#08493d', '#053a30',
]

/** Mantine's own greys of the dark theme, in the hue of our pages. */
const NIGHT: MantineColorsTuple = [
  '#e3e8e4', '#c6cdc8', '#a0aba4', '#78837c', '#435048', '#29312c', '#1b211e', '#171c19', '#101412', '#0c0f0e',
]

export const theme = createTheme({
  fontFamily: '"Inter Variable", Inter, "Segoe UI", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace',
  primaryColor: 'reed',
  primaryShade: { light: 6, dark: 4 },
  colors: { reed: REED, dark: NIGHT },
  autoContrast: true,
  defaultRadius: 6,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'filled' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'xs', autosize: false } },
    Select: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.35 }, transitionProps: { duration: 0 } } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 0 } } },
  },
})

const shared = (scheme: 'light' | 'dark') => {
  const own = variables(scheme)
  return {
    ...own,
    '--mantine-color-body': own['--b-surface'] ?? '',
    '--mantine-color-text': own['--b-text'] ?? '',
    '--mantine-color-dimmed': own['--b-quiet'] ?? '',
    '--mantine-color-placeholder': own['--b-quiet'] ?? '',
    '--mantine-color-default-border': own['--b-line-strong'] ?? '',
    '--mantine-color-default': own['--b-surface'] ?? '',
    '--mantine-color-default-hover': own['--b-sunken'] ?? '',
    '--mantine-primary-color-filled': own['--b-accent'] ?? '',
    '--mantine-color-error': own['--b-bad'] ?? '',
  }
}

export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: shared('light'), dark: shared('dark') })
