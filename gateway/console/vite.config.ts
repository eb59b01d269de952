import { defineConfig } from 'vite';

// Everything the page needs is bundled: it must work without a network and under a CSP of 'self'.
export default defineConfig({
  base: './',
  build: { target: 'es2022', chunkSizeWarningLimit: 8_000, assetsInlineLimit: 0, sourcemap: false },
  worker: { format: 'es' },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
