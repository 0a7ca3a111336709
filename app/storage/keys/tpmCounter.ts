import type { MonotonicCounter } from '#core/ports/monotonicCounter.ts';
import { Tpm, type TpmOptions } from './tpm.ts';

const COUNTER_BYTES = 8;
const ATTRIBUTES = 'ownerread|ownerwrite|no_da|nt=counter';

export interface TpmCounterOptions extends TpmOptions {
  /** The NV index, say 0x01800102. */
  readonly index: number;
}

/** A counter in the TPM's own memory. Removed and defined again it goes on above every count that the TPM has ever seen. */
export function createTpmCounter(options: TpmCounterOptions): MonotonicCounter {
  return new TpmCounter(options);
}

class TpmCounter implements MonotonicCounter {
  readonly name: string;
  readonly #tpm: Tpm;
  readonly #index: number;
  readonly #handle: string;

  constructor(options: TpmCounterOptions) {
    this.#tpm = new Tpm(options);
    this.#index = options.index;
    this.#handle = `0x${options.index.toString(16).padStart(8, '0')}`;
    this.name = `the TPM's counter ${this.#handle}`;
  }

  read(): number | undefined {
    return this.#tpm.indices().has(this.#index) ? this.#value() : undefined;
  }

  increment(): number {
    if (!this.#tpm.indices().has(this.#index))
      this.#tpm.run('nvdefine', [this.#handle, '-C', 'o', '-s', String(COUNTER_BYTES), '-a', ATTRIBUTES]);
    this.#tpm.run('nvincrement', [this.#handle, '-C', 'o']);
    return this.#value();
  }

  #value(): number {
    const bytes = this.#tpm.run('nvread', [this.#handle, '-C', 'o', '-s', String(COUNTER_BYTES)]);
    return Number(bytes.readBigUInt64BE());
  }
}
