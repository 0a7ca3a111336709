import type { PinCredential } from '#core/access/credential.ts';
import type { Directory } from '#core/access/directory.ts';
import { verifyTyped, type TypedPin } from '#core/access/duress.ts';
import {
  countRightPin,
  countWrongPin,
  mayTryPin,
  NO_PIN_TRIES,
  pinTriesFrom,
  pinTriesRecord,
  type PinLimits,
  type PinTries,
} from '#core/access/pinTries.ts';
import type { FactorResult } from '#core/access/request.ts';
import { messageOf } from '#core/kernel/fault.ts';
import type { Pseudonym } from '#core/kernel/ids.ts';
import type { Clocks } from '#core/kernel/kept.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Health } from '#core/ports/health.ts';
import type { PinHasher } from '#core/ports/pinHasher.ts';
import type { PinTriesStore } from '#core/ports/stores.ts';

export interface PinDeskParts {
  readonly directory: Directory;
  readonly limits: PinLimits;
  readonly clock: Clock;
  readonly health: Health;
  readonly hasher: PinHasher & { readonly dummyHash: string };
  /** Keeps wrong tries across a restart: a lock-out must not end by pulling the plug. */
  readonly store: PinTriesStore;
}

/** Verifies a personal number with its PIN, one at a time, within the tries that are left. */
export class PinDesk {
  readonly #parts: PinDeskParts;
  #limits: PinLimits;
  #tries: PinTries = NO_PIN_TRIES;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: PinDeskParts) {
    this.#parts = parts;
    this.#limits = parts.limits;
    const kept = parts.store.read();
    if (kept !== undefined) this.#tries = pinTriesFrom(kept, this.#clocks());
  }

  adopt(limits: PinLimits): void {
    this.#limits = limits;
  }

  /**
   * One verification at a time, so that tries made together cannot slip past the limit. A number that nobody has costs
   * the same time and the same tries as one that somebody has.
   */
  pinFactor(personalNumber: string, pin: string): Promise<FactorResult> {
    return this.#inTurn(() => this.#verify(personalNumber, this.#parts.directory.pin(personalNumber), pin));
  }

  /** The PIN beside a card or a face that says whose it has to be. Somebody without a PIN has none that is right. */
  pinOf(holder: Pseudonym, pin: string): Promise<FactorResult> {
    return this.#inTurn(() => {
      const credential = this.#parts.directory.pinOf(holder);
      return this.#verify(credential?.personalNumber ?? `of ${holder}`, credential, pin);
    });
  }

  #inTurn(verify: () => Promise<FactorResult>): Promise<FactorResult> {
    const result = this.#last.then(verify);
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #verify(number: string, credential: PinCredential | undefined, pin: string): Promise<FactorResult> {
    const { clock, hasher } = this.#parts;
    if (mayTryPin(this.#tries, number, this.#limits, clock.monotonic()).kind === 'locked-out')
      return failed('locked-out');
    const typed = await this.#look(credential?.pinHash ?? hasher.dummyHash, pin);
    if (typed === 'unknown') return failed('not-verifiable');
    if (typed.kind === 'wrong' || credential === undefined) {
      this.#keep(countWrongPin(this.#tries, number, this.#limits, clock.monotonic()));
      return failed('wrong-pin');
    }
    if (this.#tries.byNumber.has(number)) this.#keep(countRightPin(this.#tries, number));
    if (credential.state !== 'active') return failed('credential-suspended');
    const { pseudonym: holder, validity } = credential;
    const duress = typed.kind === 'right-under-duress' ? ({ duress: true } as const) : {};
    return { factor: 'pin', kind: 'established', holder, validity, ...duress };
  }

  async #look(hash: string, pin: string): Promise<TypedPin | 'unknown'> {
    try {
      return await verifyTyped(pin, (candidate) => this.#parts.hasher.verify(hash, candidate));
    } catch (error) {
      this.#parts.health.report({ part: 'PIN verification', level: 'failed', says: messageOf(error) });
      return 'unknown';
    }
  }

  /** A try that cannot be stored counts all the same, until the next start. */
  #keep(tries: PinTries): void {
    this.#tries = tries;
    const { store, health } = this.#parts;
    // Nobody waits for the disk: an exit button least of all.
    store.write(pinTriesRecord(tries, this.#clocks())).catch((error: unknown) => {
      health.report({ part: 'PIN tries', level: 'warning', says: `forgotten by a restart: ${messageOf(error)}` });
    });
  }

  #clocks(): Clocks {
    const { clock } = this.#parts;
    return { now: clock.monotonic(), wall: clock.wall() };
  }
}

const failed = (reason: 'locked-out' | 'wrong-pin' | 'credential-suspended' | 'not-verifiable'): FactorResult => ({
  factor: 'pin',
  kind: 'failed',
  reason,
});
