import { randomInt } from 'node:crypto';
import { readProveArguments, SEED_MAX, type ProveArguments } from './prove/arguments.ts';
import { proveArm64 } from './prove/arm64.ts';
import { proveErasure } from './prove/erasure.ts';
import { proveResidue } from './prove/residue.ts';
import { proveTamper } from './prove/tamper.ts';
import { runCommand, type Arguments, type Result } from './report.ts';

/** Journals that are tampered with. */
const TAMPER_CASES = 10_000;
/** Faces that pass the gate. */
const FACES = 2_000;

type Given = ProveArguments & { readonly seed: number };

/** The privacy claims, each shown by an adversary who tries; and what only another machine could show. */
const PROOFS: Readonly<Record<string, (given: Given) => Promise<Result[]>>> = {
  erasure: ({ seed }) => proveErasure({ seed }),
  tamper: ({ seed }) => proveTamper({ seed, cases: TAMPER_CASES }),
  residue: ({ seed, faces, facesCount: count = FACES, preview, camera }) =>
    proveResidue({ seed, count, faces, preview, camera }),
};

/** Run where it is named alone: it wants a cross compiler, Debian's arm64 archive and npm's arm64 packages. */
const NAMED_ALONE: typeof PROOFS = { arm64: () => proveArm64() };

/** The named proofs, or all. @throws Fault `config` for a command line that is none */
async function prove({ rest }: Arguments): Promise<{ results: readonly Result[]; seed: number }> {
  const given = readProveArguments(rest, Object.keys({ ...PROOFS, ...NAMED_ALONE }));
  const { names, seed = randomInt(SEED_MAX) } = given;
  const results: Result[] = [];
  for (const name of names.length === 0 ? Object.keys(PROOFS) : names) {
    results.push(...(await { ...PROOFS, ...NAMED_ALONE }[name]!({ ...given, seed })));
  }
  return { results, seed };
}

await runCommand('prove', prove);
