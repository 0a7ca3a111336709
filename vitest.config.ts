import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// The tests start hundreds of threads and processes that read the same TypeScript: compiled once, not each time.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'build/compile-cache');

/** Whole gates and proofs take longest: they begin first, and what takes a moment fills the gaps at the end. */
const FIRST = ['prove', 'service', 'e2e', 'selftest', 'bench', 'storage', 'scripts', 'kiosk'];

class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const folderOf = ({ moduleId }: TestSpecification): string =>
      FIRST.find((folder) => moduleId.includes(`/test/${folder}/`)) ?? '';
    return Promise.resolve([...FIRST, ''].flatMap((folder) => files.filter((file) => folderOf(file) === folder)));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    // On two cores: whoever waits for a browser, a disk or a serial line leaves its core to another.
    maxWorkers: 3,
    testTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
  },
});
