import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { ConsentId, CredentialId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { LEGAL_MINIMUM } from '#core/privacy/retention.ts';
import type { EnrolmentRows } from '#storage/stores/people.ts';
import { Vault } from '#storage/thread/vault.ts';
import { atMost, result, type Result } from '../report.ts';

const ENROLLED_AT_ONCE = 2_000;
/** Deletions that are timed, each of a person in another place of the files. */
const DELETIONS = 41;
const DELETION_MS_MAX = 50;
const FEATURE_BYTES = FEATURE_LENGTH * Float32Array.BYTES_PER_ELEMENT;
const AT = wallTime(1_770_000_000_000);

/** How long it takes to delete one person of `people`, epoch secret in a file, escrow apart. */
export function benchErasure({ people = 100_000 } = {}): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-bench-'));
  try {
    using vault = new Vault({
      folder: join(folder, 'data'),
      simulated: true,
      master: randomBytes(32),
      epoch: { kind: 'file', path: join(folder, 'epoch') },
      maxPages: {},
      report: () => undefined,
    });
    for (let from = 0; from < people; from += ENROLLED_AT_ONCE)
      enrol(vault, from, Math.min(people, from + ENROLLED_AT_ONCE));
    return timings(vault, people);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timings(vault: Vault, people: number): Result[] {
  const spread = Math.floor(people / DELETIONS);
  const chosen = Array.from({ length: DELETIONS }, (_, index) => pseudonymOf(index * spread));
  const half = Math.floor(DELETIONS / 2);
  const withdrawals = chosen.slice(0, half).map((one) => timed(() => vault.people.withdrawFace(one, AT)));
  const erasures = chosen.slice(half).map((one) => timed(() => vault.people.erase([one], AT, LEGAL_MINIMUM)));
  const destroyed = timed(() => vault.people.eraseDue(wallTime(Number.MAX_SAFE_INTEGER)));
  const note = `of ${people} people with a face and a card each; the middle of ${half}, epoch secret in a file`;
  return [
    atMost('delete a face', { value: middle(withdrawals), limit: DELETION_MS_MAX, unit: 'ms', note }),
    result('delete a face, slowest', { value: round(Math.max(...withdrawals)), unit: 'ms' }),
    atMost('restrict a person', { value: middle(erasures), limit: DELETION_MS_MAX, unit: 'ms', note }),
    result('restrict a person, slowest', { value: round(Math.max(...erasures)), unit: 'ms' }),
    atMost('erase a person', {
      value: round(destroyed / erasures.length),
      limit: DELETION_MS_MAX,
      unit: 'ms',
      note: `${erasures.length} in one batch`,
    }),
  ];
}

function enrol(vault: Vault, from: number, to: number): void {
  const rows = Array.from({ length: to - from }, (_, index) => rowsOf(from + index));
  vault.people.enrol(rows, randomBytes(rows.length * FEATURE_BYTES));
}

const idOf = <Id extends string>(label: string): Id =>
  createHash('sha256').update(label).digest('hex').slice(0, 32) as Id;
const pseudonymOf = (index: number): Pseudonym => idOf(`pseudonym ${index}`);

function rowsOf(index: number): EnrolmentRows {
  const pseudonym = pseudonymOf(index);
  const consent = idOf<ConsentId>(`consent ${index}`);
  const shared = { pseudonym, state: 'active', validity: { from: AT, until: AT } } as const;
  return {
    cardholder: { ...shared, name: `Person ${index}`, relation: 'staff', accessPoints: 'all' },
    credentials: [
      { ...shared, id: idOf<CredentialId>(`card ${index}`), kind: 'card', format: 'H10301', number: String(index) },
    ],
    consent: {
      id: consent,
      pseudonym,
      purpose: 'face-access',
      textId: 'face-access/1',
      textSha256: 'ab'.repeat(32),
      language: 'en',
      givenAt: AT,
      endsAt: AT,
      terminal: 'bench',
      actedBy: 'made-up-for-demonstration',
    },
    templates: [{ id: idOf<TemplateId>(`template ${index}`), pseudonym, consent, format: 'bench', until: AT }],
  };
}

function timed(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

const round = (value: number): number => Math.round(value * 100) / 100;
const middle = (values: readonly number[]): number =>
  round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN);
