import { randomBytes } from 'node:crypto';
import { passText } from '#core/access/passText.ts';
import type { PassId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime, type WallTime } from '#core/kernel/units.ts';
import type { Signer } from '#core/ports/signer.ts';
import type { RgbPicture } from '#drivers/camera/scenes.ts';
import { createEd25519Signer } from '#storage/keys/curveKeys.ts';
import { QrDrawer } from '../qrDrawer.ts';
import { heldUp } from './heldUp.ts';

const VALID_MS = 600_000;

/** What can be held up to a simulated camera. Each time a pass is chosen it is a new one. */
export const HELD_UP = [
  { id: 'pass-once', label: 'A QR pass for one passage' },
  { id: 'pass-while-valid', label: 'A QR pass for ten minutes' },
  { id: 'pass-forged', label: 'A QR pass that somebody forged' },
  { id: 'code-of-a-menu', label: 'The QR code of a menu' },
] as const;
export type HeldUp = (typeof HELD_UP)[number]['id'];

/**
 * Makes out passes for the people of a simulated gate. Its key is made at each start and lies in memory alone: there is
 * none that a real gate could be made to trust.
 */
export class HeldPasses {
  readonly issuer: string;
  readonly #signer: Signer = newSigner();
  #drawer: Promise<QrDrawer> | undefined;

  constructor() {
    this.issuer = Buffer.from(this.#signer.publicKey).toString('hex');
  }

  async picture(what: HeldUp, holder: Pseudonym, at: WallTime): Promise<RgbPicture> {
    this.#drawer ??= QrDrawer.create();
    return heldUp(await (await this.#drawer).draw(this.#textOf(what, holder, at)));
  }

  #textOf(what: HeldUp, pseudonym: Pseudonym, at: WallTime): string {
    if (what === 'code-of-a-menu') return 'https://restaurant.example/menu';
    const signer = what === 'pass-forged' ? newSigner() : this.#signer;
    const uses = what === 'pass-once' ? 'once' : 'while-valid';
    const id = randomBytes(16).toString('hex') as PassId;
    const pass = { id, pseudonym, validity: { from: at, until: wallTime(at + VALID_MS) }, uses } as const;
    return passText(pass, (content) => signer.sign(content)) ?? '';
  }
}

function newSigner(): Signer {
  const seed = randomBytes(32);
  const signer = createEd25519Signer(seed);
  seed.fill(0);
  return signer;
}
