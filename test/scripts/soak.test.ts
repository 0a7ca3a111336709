import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';

const SOAK = join(import.meta.dirname, '../../scripts/soak.ts');
const RUN_MS_MAX = 60_000;
const Report = z.object({
  results: z.array(z.object({ name: z.string(), ok: z.boolean(), note: z.nullable(z.string()) })),
});

const soak = (...given: string[]) => promisify(execFile)(process.execPath, [SOAK, ...given, '--json']);

it(
  'a gate whose lines are unplugged while people come leaves no relay energised and loses no card',
  async () => {
    const { stdout } = await soak('--seconds', '6', '--seed', '7');
    const { results } = Report.parse(JSON.parse(stdout));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.map(({ name }) => name)).toEqual([
      'soak.stuck_relays',
      'soak.links',
      ...['osdp', 'rdm6300', 'pn532', 'wiegand'].map((road) => `soak.lost_cards.${road}`),
    ]);
  },
  RUN_MS_MAX,
);

it.each([['--seconds'], ['--seconds', '0'], ['--seed', 'x'], ['--fast', '1']])(
  'called with %s it says how',
  async (...given) => {
    await expect(soak(...given)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('soak [--seconds N]'),
    });
  },
);
