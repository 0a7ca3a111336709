import { after, millis, type Millis, type Monotonic } from '#core/kernel/units.ts';
import { BaseKey } from './baseKey.ts';
import type { Candidate, Reader, Step } from './reader.ts';
import { Turn } from './turn.ts';

/** So long an installation may last that says nothing else, and so long the longest. */
export const INSTALLATION_MS = millis(120_000);
export const INSTALLATION_MS_MAX = millis(600_000);

/** What an installer must have read before a key is set. */
export const CABLE_WARNING =
  'The new key travels to the reader under the key that the reader has now. A reader fresh from its maker has the ' +
  'default key, which everybody knows: whoever listens on this cable during the next moments learns the new key and can ' +
  'then read and imitate every card read from here on. Set the key while nobody else can reach the cable, best with the ' +
  'reader on your desk beside the gate, and repeat this whenever the reader was open or out of your sight.';

export interface InstallationOrder {
  /** 16 random bytes. It is the machine's from now on. */
  readonly newKey: BaseKey;
  /** The key that the reader has now, where the installer knows it. It is the machine's from now on. */
  readonly present?: BaseKey | undefined;
  readonly forMs?: Millis | undefined;
}

/** Begins to give the reader a new key: through a channel with a key that it has, its own or else the default one. */
export function beginInstallation(reader: Reader, { newKey, present, forMs }: InstallationOrder, at: Monotonic): Step {
  const turn = new Turn(reader, at);
  if (reader.installation !== undefined || newKey.isDefault) {
    turn.forget(newKey, ...(present === undefined ? [] : [present]));
    const why = newKey.isDefault ? 'the new key would be the default one' : 'it is being installed already';
    turn.tell({ kind: 'installation-failed', why });
    return turn.step;
  }
  const own = [...(present === undefined ? [] : [present]), ...reader.keys];
  const candidates: Candidate[] = own.map((base) => ({ base, asDefault: false }));
  candidates.push({ base: BaseKey.default(), asDefault: true });
  const limit = millis(Math.min(forMs ?? INSTALLATION_MS, INSTALLATION_MS_MAX));
  turn.linkDown('the reader is being installed');
  turn.dropSession('the reader is being installed');
  turn.set({
    phase: { kind: 'identifying', silences: 0 },
    dueAt: at,
    keyTried: 0,
    installation: { newKey, until: after(at, limit), candidates, stage: 'opening', failures: 0 },
  });
  return turn.step;
}

/** The installer calls it off. */
export function endInstallation(reader: Reader, why: string, at: Monotonic): Step {
  const turn = new Turn(reader, at);
  turn.failInstallation(why);
  return turn.step;
}

/** The new key lies in the vault, so that it cannot be lost; only now may the reader get it. */
export function keysKept(reader: Reader, kept: boolean, at: Monotonic): Step {
  const turn = new Turn(reader, at);
  const { installation } = reader;
  if (installation?.stage !== 'keeping') return turn.step;
  if (kept) turn.set({ installation: { ...installation, stage: 'setting' }, dueAt: at });
  else turn.failInstallation('the new key could not be kept');
  return turn.step;
}
