import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { texts } from './texts.plugin.ts'

export default defineConfig({
  plugins: [react(), texts()],
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../api/static',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], restoreMocks: true },
})
