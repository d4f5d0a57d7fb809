import '@fontsource-variable/inter'
import './theme/mantine.css'
import './theme/base.css'
import './theme/screens.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { onSignedOut } from './api/client.ts'
import { Problem } from './api/problem.ts'
import { Gate } from './frame/Gate.tsx'
import { router } from './router.tsx'
import { startTexts } from './text/i18n.ts'
import { resolver, theme } from './theme/theme.ts'

const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? ''
setNonce(nonce)

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => !(error instanceof Problem) && count < 2,
    },
  },
})
onSignedOut(() => client.setQueryData(['session'], null))

await startTexts()
const place = document.getElementById('root')
if (!place) throw new Error('no root')
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <Gate>
          <RouterProvider router={router} />
        </Gate>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
