import { expect, it } from 'vitest';
import type { BackupConfig } from '#core/config/terminalConfig.ts';
import { Fault } from '#core/kernel/fault.ts';
import { millis, wallTime, type WallTime } from '#core/kernel/units.ts';
import type { BackupMade, BackupRequest, Backups } from '#core/ports/backups.ts';
import type { JournalEntry, JournalEvent } from '#core/journal/entry.ts';
import type { JournalId } from '#core/kernel/ids.ts';
import { BACKUP_FIRST_LOOK_MS, BACKUP_LOOK_MS, BackupCalendar } from '#terminal/backupCalendar.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { Recorder } from '#terminal/recorder.ts';
import { FakeClock } from '../fakes/fakeClock.ts';

const HOUR_MS = 3_600_000;
const CONFIG: BackupConfig = { folder: '/mnt/backups', everyMs: millis(24 * HOUR_MS), keep: 3 };

/** A target in memory; `away` while nobody can write there. */
class FakeBackups implements Backups {
  readonly made: BackupRequest[] = [];
  away = false;
  says = '';
  last: WallTime | undefined;

  async make(request: BackupRequest): Promise<BackupMade> {
    this.#expectThere();
    this.made.push(request);
    const id = String(this.made.length);
    const verified = this.says === '';
    if (verified) this.last = request.at;
    return { id, file: `${request.folder}/${id}`, bytes: 1, verified, people: 1, lastEntry: 1, says: this.says };
  }

  async newest(): Promise<WallTime | undefined> {
    this.#expectThere();
    return this.last;
  }

  #expectThere(): void {
    if (this.away) throw new Fault('storage', { thing: 'backup folder', found: 'nothing', expected: 'a folder' });
  }
}

function calendar({ config }: { readonly config: BackupConfig | undefined } = { config: CONFIG }) {
  const clock = new FakeClock();
  const [backups, health, events] = [new FakeBackups(), new HealthBoard(), [] as JournalEvent[]];
  const recorder = new Recorder({ clock, health });
  const append = async ({ event }: JournalEntry): Promise<JournalId> => events.push(event) as JournalId;
  recorder.attach({ append, read: () => Promise.resolve([]) });
  let replaced = 0;
  const retryEscrow = async (): Promise<void> => void (replaced += 1);
  const made = new BackupCalendar({ backups, config, retryEscrow, clock, health, recorder });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await made.settled;
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, backups, health, events, made, pass, replaced: () => replaced };
}

const line = (health: HealthBoard): unknown => health.lines.find(({ part }) => part === 'backup');

it('the first backup is made soon after a start, the next when its time has come', async () => {
  const { backups, made, pass, health, events, clock } = calendar();
  made.start();
  await pass(BACKUP_FIRST_LOOK_MS);
  expect(backups.made).toEqual([{ folder: CONFIG.folder, at: clock.wall(), verify: true, keep: 3 }]);
  expect(events).toEqual([{ kind: 'backup-made', backup: '1', verified: true }]);
  for (let look = 0; look < 6 * 23; look++) await pass(BACKUP_LOOK_MS);
  expect(backups.made).toHaveLength(1);
  expect(line(health)).toMatchObject({ level: 'ok', says: 'the last verified one is 23 hours old, in /mnt/backups' });
  for (let look = 0; look < 6; look++) await pass(BACKUP_LOOK_MS);
  expect(backups.made).toHaveLength(2);
});

it('a gate that starts with an old backup in the folder waits for what is left of the interval', async () => {
  const { backups, made, pass, clock } = calendar();
  backups.last = wallTime(clock.wall() - 23 * HOUR_MS);
  made.start();
  await pass(BACKUP_FIRST_LOOK_MS);
  expect(backups.made).toHaveLength(0);
  for (let look = 0; look < 6; look++) await pass(BACKUP_LOOK_MS);
  expect(backups.made).toHaveLength(1);
});

it('a target that is away is told and tried again, recorded once, and used as soon as it is back', async () => {
  const { backups, made, pass, health, events } = calendar();
  backups.away = true;
  made.start();
  await pass(BACKUP_FIRST_LOOK_MS);
  expect(line(health)).toMatchObject({ level: 'failed', says: expect.stringContaining('found nothing') });
  await pass(BACKUP_LOOK_MS);
  backups.away = false;
  await pass(BACKUP_LOOK_MS);
  backups.away = true;
  for (let look = 0; look < 6 * 26; look++) await pass(BACKUP_LOOK_MS);
  expect(line(health)).toMatchObject({ level: 'warning' });
  for (let look = 0; look < 6 * 24; look++) await pass(BACKUP_LOOK_MS);
  expect(line(health)).toMatchObject({ level: 'failed' });
  expect(events.map(({ kind }) => kind)).toEqual(['backup-made', 'backup-failed']);
});

it('a backup that does not restore counts for none, and another one is made only when its time has come', async () => {
  const { backups, made, pass, health, events } = calendar();
  backups.says = 'a damaged page';
  made.start();
  await pass(BACKUP_FIRST_LOOK_MS);
  for (let look = 0; look < 6; look++) await pass(BACKUP_LOOK_MS);
  expect(backups.made).toHaveLength(1);
  expect(events).toEqual([{ kind: 'backup-made', backup: '1', verified: false }]);
  expect(line(health)).toMatchObject({ level: 'failed', says: 'a damaged page; no verified one is known of' });
});

it('without a folder none are made, which health says; by command one is made where it is told to', async () => {
  const { backups, made, pass, health, replaced } = calendar({ config: undefined });
  made.start();
  await pass(BACKUP_FIRST_LOOK_MS);
  expect(replaced()).toBe(1);
  expect(line(health)).toMatchObject({ level: 'warning' });
  await expect(made.make({ verify: true })).rejects.toThrow(Fault);
  await made.make({ folder: '/media/stick', verify: false });
  expect(backups.made).toMatchObject([{ folder: '/media/stick', verify: false }]);
  made.stop();
  await pass(BACKUP_LOOK_MS);
  expect(replaced()).toBe(1);
});
