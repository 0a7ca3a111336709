import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    // Vitest leaves one core idle by itself, which on a machine with two doubles the time.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
