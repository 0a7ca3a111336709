import { messageOf } from '#core/kernel/fault.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { HealthReport } from '#core/ports/health.ts';
import type { Signer } from '#core/ports/signer.ts';
import type { Cabinet, RetiredKey } from './cabinet.ts';
import { createEd25519Signer } from './curveKeys.ts';

/** Overwrites the seed. */
function signerFrom(seed: Buffer): Signer {
  const signer = createEd25519Signer(seed);
  seed.fill(0);
  return signer;
}

export const signerInUse = (cabinet: Cabinet): Signer => signerFrom(cabinet.key('signing'));

/** The one that is to take over with its announcement in the journal. */
export function signerToCome(cabinet: Cabinet): Signer | undefined {
  const next = cabinet.nextKey('signing');
  return next === undefined ? undefined : signerFrom(next);
}

/** Makes the key that is to take over, or takes the one that stands there. */
export const proposeSigner = (cabinet: Cabinet): Signer => signerFrom(cabinet.propose('signing'));

/** Of a change that was cut off between the journal's entry, which decides, and the cabinet. */
export function finishSigningChange(
  cabinet: Cabinet,
  announcementOf: (publicKey: Uint8Array) => RetiredKey['upTo'] | undefined,
): void {
  const upTo = announcementOf(signerToCome(cabinet)?.publicKey ?? new Uint8Array(0));
  if (upTo === undefined) return;
  cabinet.promoteSigning({ key: signerInUse(cabinet).publicKey, upTo }, wallTime(Date.now()));
}

/** The journal has changed over. A cabinet that cannot follow now does at the next start. */
export function followSigningChange(cabinet: Cabinet, old: RetiredKey, report: (line: HealthReport) => void): void {
  try {
    cabinet.promoteSigning(old, wallTime(Date.now()));
  } catch (error) {
    const says = `changed in the journal and not in the cabinet, which the next start mends: ${messageOf(error)}`;
    report({ part: 'signing key', level: 'warning', says });
  }
}
