import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The tests start hundreds of threads and processes that read the same TypeScript: compiled once, not each time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'build/compile-cache');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    // Vitest leaves one core idle by itself, which on a machine with two doubles the time.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
