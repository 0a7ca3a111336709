import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The tests start hundreds of threads and processes that read the same TypeScript: compiled once, not each time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'build/compile-cache');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    // On two cores: whoever waits for a browser, a disk or a serial line leaves its core to another.
    maxWorkers: 3,
    testTimeout: 30_000,
  },
});
