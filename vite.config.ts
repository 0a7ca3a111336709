import { defineConfig } from 'vite';

const PAGES = ['kiosk', 'simulator'];

/**
 * One page of `app/` by `--mode`. Each is built to files of its own and shares none, so that the simulator page is left
 * out of a real gate by leaving out its folder.
 */
export default defineConfig(({ mode }) => {
  if (!PAGES.includes(mode)) throw new Error(`--mode: found ${mode}, expected one of ${PAGES.join(', ')}`);
  return {
    root: `app/${mode}`,
    // The loopback service and Electron's own protocol serve the same files, so no address is built in.
    base: './',
    publicDir: false,
    // The tests measure what is shipped, whatever NODE_ENV says.
    oxc: { jsx: { development: false } },
    build: {
      outDir: `../../build/web/${mode}`,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      target: 'chrome120',
      reportCompressedSize: false,
    },
  };
});
