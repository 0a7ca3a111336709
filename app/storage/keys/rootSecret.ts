import type { RootPlace } from '#core/config/terminalConfig.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Cabinet } from './cabinet.ts';
import { RecoveryCopy } from './recoveryCopy.ts';
import { createKeyStore } from './rootPlace.ts';

export interface RootSecretParts {
  /** Undefined where only the secret itself is known: nothing of it can be changed then. */
  readonly place: RootPlace | undefined;
  readonly cabinet: Cabinet;
  readonly report: (line: HealthReport) => void;
}

/** The root secret where it lies, and its copy for the recovery key. For whoever holds the lock of the data folder. */
export class RootSecret {
  readonly #parts: RootSecretParts;

  constructor(parts: RootSecretParts) {
    this.#parts = parts;
  }

  /** Finishes what was cut off: `root`, which opened the cabinet, is the one that stays. What cannot be done is reported. */
  settle(root: Uint8Array): void {
    const { place, report } = this.#parts;
    if (place === undefined) return;
    try {
      createKeyStore(place).settle(root);
    } catch (error) {
      report({ part: 'root secret', level: 'warning', says: messageOf(error) });
    }
    this.#renewCopy(() => root);
  }

  /** The copy is sealed to this key from now on, and to no earlier one. */
  setRecoveryKey(key: Uint8Array): void {
    const { place, cabinet } = this.#parts;
    cabinet.recoveryKey = key;
    if (place !== undefined) this.#renewCopy(() => createKeyStore(place).open());
  }

  /**
   * A new root secret. It lies beside the present one, in the store and in the copy, before the cabinet turns to it in one
   * step: whichever of the two opens the cabinet is the right one.
   * @throws Fault `key` where the store cannot do it by itself, with what to type.
   */
  change(): void {
    const { place, cabinet } = this.#parts;
    if (place === undefined) {
      const expected = 'the place where it lies';
      throw new Fault('key', { thing: 'root secret', found: 'a vault opened with the secret alone', expected });
    }
    const store = createKeyStore(place);
    const next = store.propose();
    const present = store.open();
    try {
      this.#writeCopy([present, next]);
      cabinet.turnTo(next, wallTime(Date.now()));
      this.settle(next);
    } finally {
      for (const secret of [present, next]) secret.fill(0);
    }
  }

  #renewCopy(root: () => Uint8Array): void {
    const { place, cabinet, report } = this.#parts;
    const reader = cabinet.recoveryKey;
    if (place === undefined || reader === undefined) return;
    if (new RecoveryCopy(place).isOf({ changes: this.#changes, reader })) return;
    try {
      this.#writeCopy([root()]);
    } catch (error) {
      const says = `the copy for the recovery key is not of the present secret: ${messageOf(error)}`;
      report({ part: 'root secret', level: 'warning', says });
    }
  }

  #writeCopy(secrets: readonly Uint8Array[]): void {
    const { place, cabinet } = this.#parts;
    const reader = cabinet.recoveryKey;
    if (place === undefined || reader === undefined) return;
    new RecoveryCopy(place).write({ changes: this.#changes, reader }, secrets);
  }

  get #changes(): number {
    return this.#parts.cabinet.changes.find(({ key }) => key === 'root')?.changes ?? 0;
  }
}
