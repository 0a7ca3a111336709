import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../e2e/support/gateFolder.ts';
import { randomFrom } from '../../e2e/support/random.ts';
import { Ledger } from './support/ledger.ts';
import { OpenedGate } from './support/openedGate.ts';
import { LIFE } from './support/recording.ts';
import { Scratch } from './support/scratch.ts';
import { parseTold, type LifeShape, type Told } from './support/telling.ts';

/** A thousand take ten minutes and more. */
const KILLS = Number(process.env['LINTEL_KILLS'] ?? 10);
const SEED = Number(process.env['LINTEL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const LIFE_MS_MAX = 20_000;
/** A gate begins anew after so many deaths; every second gate has a database that is full soon in every second life. */
const DEATHS_OF_A_GATE = 6;
const TIGHT_PAGES = 1;
/** More than its pages have room for, and about what the reserve has. */
const ENTRIES_TOO_MANY = 120;
const ENTRIES_TO_PURGE = 1_100;
const AT_WORK_MS_MAX = 500;
const STARTING_MS_MAX = 300;
/** A purge is soon over. */
const PURGING_MS_MAX = 4;

type Random = () => number;

function lifeShape(kill: number, random: Random): Omit<LifeShape, 'root'> {
  const shape = { name: `k${kill}`, seed: Math.floor(random() * 2 ** 32), end: 'killed' } as const;
  const tight = Math.floor(kill / DEATHS_OF_A_GATE) % 2 === 1;
  if (tight) return kill % 2 === 1 ? { ...shape, tightPages: TIGHT_PAGES, entriesFirst: ENTRIES_TOO_MANY } : shape;
  return kill % 3 === 1 ? { ...shape, entriesFirst: ENTRIES_TO_PURGE } : shape;
}

/** What a gate told until it was killed: a random time after its start, after it was open, or after its database was full. */
async function toldUntilKilled(shape: LifeShape, random: Random): Promise<Told[]> {
  const tight = shape.tightPages !== undefined;
  const whileStarting = !tight && random() < 0.2;
  const whilePurging = !tight && !whileStarting && shape.entriesFirst !== undefined;
  const cue = tight ? '"say":"reserve"' : whilePurging ? '"say":"begun","act":{"kind":"purge"}' : '"say":"open"';
  const withinMs = whileStarting ? STARTING_MS_MAX : whilePurging ? PURGING_MS_MAX : AT_WORK_MS_MAX;
  const afterMs = Math.floor(random() * withinMs);
  const child = spawn(process.execPath, [LIFE, JSON.stringify(shape)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let dying: NodeJS.Timeout | undefined;
  const dieLater = (): void => void (dying ??= setTimeout(() => child.kill('SIGKILL'), afterMs));
  if (whileStarting) dieLater();
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    if (text.includes(cue)) dieLater();
  });
  await once(child, 'close');
  expect(child.signalCode, `life ${shape.name}`).toBe('SIGKILL');
  return text.split('\n').slice(0, -1).map(parseTold);
}

/** What every kill cut off, for whoever wants to know it. */
class Campaign {
  readonly cutOff = new Map<string, number>();
  killedWhileStarting = 0;
  reserveUsed = 0;
  entries = 0;
  people = 0;
  erased = 0;

  count(told: readonly Told[]): void {
    if (told.length === 0) this.killedWhileStarting += 1;
    if (told.some(({ say }) => say === 'reserve')) this.reserveUsed += 1;
    const last = told.findLast(({ say }) => say === 'begun' || say === 'done');
    const what = last?.say === 'begun' ? last.act.kind : 'appending';
    this.cutOff.set(what, (this.cutOff.get(what) ?? 0) + 1);
  }

  add({ acknowledged: { entries, people, erased } }: Ledger): void {
    this.entries += entries;
    this.people += people;
    this.erased += erased;
  }

  write(): void {
    const { killedWhileStarting, reserveUsed, entries, people, erased } = this;
    const cutOff = Object.fromEntries(this.cutOff);
    const found = { kills: KILLS, seed: SEED, cutOff, killedWhileStarting, reserveUsed, entries, people, erased };
    mkdirSync(join(ROOT, 'build/survival'), { recursive: true });
    writeFileSync(join(ROOT, 'build/survival/kills.json'), `${JSON.stringify(found, undefined, 2)}\n`);
  }
}

async function afterKill(root: string, ledger: Ledger, kill: number): Promise<void> {
  await using gate = await OpenedGate.open(root);
  const complaints = await ledger.complaints(gate);
  // An anchor follows its checkpoint: a gate that dies between the first two of its life says that there is none.
  const mayLackAnchor = kill % DEATHS_OF_A_GATE === 0;
  const wrong = complaints.filter((what) => !(mayLackAnchor && what.startsWith('the journal: no anchor')));
  expect(wrong, `after kill ${kill}`).toEqual([]);
  await ledger.settle(gate);
}

test(
  `killed ${KILLS} times at random moments (LINTEL_KILLS, LINTEL_SEED=${SEED}) of writing, deleting, rotating and purging, ` +
    'the storage has everything it acknowledged, and nothing that was deleted opens',
  async () => {
    using scratch = new Scratch();
    const random = randomFrom(SEED);
    const campaign = new Campaign();
    let [root, ledger] = [scratch.root(), new Ledger()];
    for (let kill = 0; kill < KILLS; kill++) {
      if (kill > 0 && kill % DEATHS_OF_A_GATE === 0) {
        campaign.add(ledger);
        [root, ledger] = [scratch.root(), new Ledger()];
      }
      const told = await toldUntilKilled({ ...lifeShape(kill, random), root }, random);
      for (const one of told) ledger.take(one);
      campaign.count(told);
      await afterKill(root, ledger, kill);
    }
    campaign.add(ledger);
    campaign.write();
    // Were the gate always at rest when it died, nothing would have been shown.
    expect(campaign.cutOff.size).toBeGreaterThan(1);
    expect(campaign.reserveUsed).toBeGreaterThan(0);
    expect(Math.min(campaign.entries, campaign.people)).toBeGreaterThan(KILLS);
  },
  LIFE_MS_MAX + KILLS * LIFE_MS_MAX,
);
