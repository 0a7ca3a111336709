import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('after a face was looked at, nothing of its crop, features or probe is left anywhere in the memory of the process', async () => {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'threads/probeSearch.ts')]);
  expect(JSON.parse(stdout)).toEqual({
    // Shows that the search finds what is there.
    'kept on purpose': 1,
    crop: 0,
    'features from 0': 0,
    'features from 16': 0,
    'features from 200': 0,
    'features from 400': 0,
    probe: 0,
  });
});
