import { randomInt } from 'node:crypto';
import { Fault } from '#core/kernel/fault.ts';
import { proveErasure } from './prove/erasure.ts';
import { proveTamper } from './prove/tamper.ts';
import { runCommand, type Arguments, type Result } from './report.ts';

const SEED_MAX = 2 ** 31;
/** Journals that are tampered with. */
const TAMPER_CASES = 10_000;

/** The privacy claims, each shown by an adversary who tries. */
const PROOFS: Readonly<Record<string, (seed: number) => Promise<Result[]>>> = {
  erasure: (seed) => proveErasure({ seed }),
  tamper: (seed) => proveTamper({ seed, cases: TAMPER_CASES }),
};

/** `prove [NAME…] [--seed N]`: the named proofs, or all. @throws Fault `config` for anything else */
async function prove({ rest }: Arguments): Promise<{ results: readonly Result[]; seed: number }> {
  const names: string[] = [];
  let seed = randomInt(SEED_MAX);
  for (let i = 0; i < rest.length; i++) {
    const given = rest[i]!;
    if (given === '--seed') seed = seedOf(rest[++i]);
    else if (Object.hasOwn(PROOFS, given)) names.push(given);
    else throw wrong(given);
  }
  const results: Result[] = [];
  for (const name of names.length === 0 ? Object.keys(PROOFS) : names) results.push(...(await PROOFS[name]!(seed)));
  return { results, seed };
}

function seedOf(given: string | undefined): number {
  if (given === undefined || !/^\d{1,10}$/.test(given) || Number(given) >= SEED_MAX)
    throw wrong(`--seed ${given ?? ''}`);
  return Number(given);
}

const wrong = (found: string): Fault =>
  new Fault('config', {
    thing: 'command line',
    found,
    expected: `[${Object.keys(PROOFS).join('|')}] [--seed N] [--json]`,
  });

await runCommand('prove', prove);
