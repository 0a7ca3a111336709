import type { PassId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { createSpentPasses } from '#storage/spentPasses.ts';

/** Spends one pass, says so, and waits to be killed. */
const [folder = '', id = ''] = process.argv.slice(2);
const store = createSpentPasses({ folder, master: new Uint8Array(32).fill(9), report: () => undefined });
await store.write({ until: new Map([[id as PassId, wallTime(1_800_000_000_000)]]) });
process.stdout.write('spent\n');
setInterval(() => undefined, 60_000);
