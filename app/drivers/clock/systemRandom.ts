import { randomBytes } from 'node:crypto';
import type { Random } from '#core/ports/random.ts';

/** The operating system's own source. */
export class SystemRandom implements Random {
  hex(bytes: number): string {
    return randomBytes(bytes).toString('hex');
  }
}
