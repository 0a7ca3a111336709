import type { JournalCheck } from '#core/journal/check.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { diskFault } from '#storage/files/diskFault.ts';
import { result, type Result } from '../report.ts';
import { ATTACKS, changeAsTheSigner, type Attack, type AttackKind, type Random } from './tamper/attacks.ts';
import { flipInExport, flipInReserve } from './tamper/flips.ts';
import { ANCHORED_TO, JournalOnTrial, LAST } from './tamper/journalOnTrial.ts';

export interface TamperOptions {
  readonly seed: number;
  /** How many journals are tampered with. */
  readonly cases: number;
}

/** Cases told in full where one went undetected. */
const TOLD_MAX = 3;
/** These touch what proves the entries, or bytes of any kind: there is not always an entry that they change. */
const UNLOCATED: ReadonlySet<AttackKind> = new Set(['touch the anchor', 'flip a bit']);
const HARMLESS_OR_TOLD = 'each is told, or a reader gets exactly what was recorded';
/** An untouched journal is verified between the others this often. */
const CONTROL_EVERY = 50;

interface Tally {
  readonly cases: number;
  readonly behindAnchor: number;
  readonly beyondAnchor: number;
  readonly wrong: readonly string[];
}

/**
 * An adversary who holds the file key but not the signing key tampers with a journal, in every way and with every cover
 * that this key allows. What lies up to the last anchor must be found and its place told; for what lies behind it the
 * verification must say that it is not covered.
 */
export async function proveTamper({ seed, cases }: TamperOptions): Promise<Result[]> {
  using trial = new JournalOnTrial();
  const random = randomOf(seed);
  const kinds = Object.keys(ATTACKS) as AttackKind[];
  const tallies = new Map<AttackKind, Tally>(
    kinds.map((kind) => [kind, { cases: 0, behindAnchor: 0, beyondAnchor: 0, wrong: [] }]),
  );
  const controls: JournalCheck[] = [];
  for (let index = 0; index < cases; index++) {
    if (index % CONTROL_EVERY === 0) controls.push(untouched(trial));
    const kind = kinds[index % kinds.length]!;
    tallies.set(kind, tally(tallies.get(kind)!, oneCase(trial, kind, random)));
  }
  const results = [...controlsOf(trial, controls), ...[...tallies].map(([kind, counted]) => told(kind, counted))];
  const flips = Math.ceil(cases / kinds.length);
  results.push(await flipped('flip a bit of an export or its signature', flips, () => flipInExport(trial, random)));
  results.push(await flipped('flip a bit of the reserve', flips, () => flipInReserve(trial, random)));
  return results;
}

async function flipped(what: string, cases: number, flip: () => Promise<string | undefined>): Promise<Result> {
  const wrong: string[] = [];
  for (let index = 0; index < cases; index++) {
    const found = await flip();
    if (found !== undefined) wrong.push(found);
  }
  const note = wrong.length === 0 ? HARMLESS_OR_TOLD : wrong.slice(0, TOLD_MAX).join('; ');
  return result(`tamper: ${what}`, {
    ok: wrong.length === 0,
    value: cases - wrong.length,
    unit: 'cases',
    limit: cases,
    note,
  });
}

interface Outcome {
  readonly beyondAnchor: boolean;
  /** What is wrong with the verification; undefined where it told the truth. */
  readonly wrong: string | undefined;
}

function oneCase(trial: JournalOnTrial, kind: AttackKind, random: Random): Outcome {
  trial.reset();
  const attack = ATTACKS[kind](trial, random);
  try {
    const check = attack.needsExport === true ? trial.checkWithExport() : trial.check();
    return { beyondAnchor: attack.from > ANCHORED_TO, wrong: judge(trial, attack, check) };
  } catch (error) {
    // Told where it was opened: which is a detection of the file as a whole.
    if (diskFault('journal', 'journal.db', error) instanceof Fault) return { beyondAnchor: false, wrong: undefined };
    return { beyondAnchor: false, wrong: `${attack.says}: ${messageOf(error)}` };
  }
}

function judge(trial: JournalOnTrial, attack: Attack, check: JournalCheck): string | undefined {
  const { says, from, entriesIntact = false } = attack;
  const found =
    check.findings.map((finding) => `${finding.kind} ${finding.from}-${finding.to}`).join(', ') || 'nothing';
  if (attack.from === 0 && (entriesIntact || check.ok)) {
    // Flips: a reader either gets exactly what was recorded, or is told.
    const same = check.ok ? sameEntries(trial) : true;
    if (entriesIntact && check.ok && check.coveredTo !== ANCHORED_TO)
      return `${says}: nothing found, and covered to ${check.coveredTo}`;
    return same ? undefined : `${says}: a reader gets something else, found ${found}`;
  }
  if (attack.from === 0) return undefined;
  if (from > ANCHORED_TO)
    return check.coveredTo < from ? undefined : `${says}: said to be covered to ${check.coveredTo}`;
  if (check.ok) return `${says}: found nothing`;
  const located = check.findings.some((finding) => finding.from <= from && from <= finding.to);
  return located ? undefined : `${says}: found ${found}, not at ${from}`;
}

function sameEntries(trial: JournalOnTrial): boolean {
  try {
    return JSON.stringify(trial.read()) === JSON.stringify(trial.original);
  } catch (error) {
    if (diskFault('journal', 'journal.db', error) instanceof Fault) return true;
    throw error;
  }
}

function untouched(trial: JournalOnTrial): JournalCheck {
  trial.reset();
  return trial.check();
}

function controlsOf(trial: JournalOnTrial, controls: readonly JournalCheck[]): Result[] {
  const good = controls.filter(({ ok, coveredTo, last }) => ok && coveredTo === ANCHORED_TO && last === LAST).length;
  trial.reset();
  changeAsTheSigner(trial, ANCHORED_TO - 50);
  const bySigner = trial.check();
  return [
    result('tamper control: an untouched journal verifies', {
      ok: good === controls.length && good > 0,
      value: good,
      unit: 'journals',
      limit: controls.length,
      note: `covered to entry ${ANCHORED_TO} of ${LAST}`,
    }),
    result('tamper control: the holder of the signing key is not found out', {
      ok: bySigner.ok,
      value: bySigner.findings.length,
      unit: 'findings',
      limit: 0,
      note: 'so that what is found below is found for want of that key',
    }),
  ];
}

const tally = (before: Tally, { beyondAnchor, wrong }: Outcome): Tally => ({
  cases: before.cases + 1,
  behindAnchor: before.behindAnchor + (beyondAnchor ? 0 : 1),
  beyondAnchor: before.beyondAnchor + (beyondAnchor ? 1 : 0),
  wrong: wrong === undefined ? before.wrong : [...before.wrong, wrong],
});

function told(kind: AttackKind, { cases, behindAnchor, beyondAnchor, wrong }: Tally): Result {
  const covered = UNLOCATED.has(kind)
    ? HARMLESS_OR_TOLD
    : `${behindAnchor} before the last anchor, found and located; ${beyondAnchor} after it, said not to be covered`;
  return result(`tamper: ${kind}`, {
    ok: wrong.length === 0,
    value: cases - wrong.length,
    unit: 'cases',
    limit: cases,
    note: wrong.length === 0 ? covered : wrong.slice(0, TOLD_MAX).join('; '),
  });
}

/** mulberry32: the same cases from the same seed. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
