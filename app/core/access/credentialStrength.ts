import type { HealthReport } from '../ports/health.ts';

/** What somebody may show or know, by what it takes to imitate it. */
export type CredentialTechnology =
  /** A number that the card tells to every reader: EM4100, UIDs, and whatever a Wiegand reader makes of them. */
  | 'card-serial-number'
  /** A number in a format with parity, sent in the clear from card to reader or from reader to gate. */
  | 'card-number-in-clear'
  /** The card's number comes over a secure channel; the card itself may still be copied. */
  | 'card-number-over-secure-channel'
  | 'pin'
  | 'pass'
  | 'face';

export interface CredentialStrength {
  readonly level: 'weak' | 'fair' | 'good';
  readonly says: string;
}

export const CREDENTIAL_STRENGTH: Readonly<Record<CredentialTechnology, CredentialStrength>> = {
  'card-serial-number': {
    level: 'weak',
    says: 'a serial number can be read in passing and cloned for little money; ask for a PIN or a face as well',
  },
  'card-number-in-clear': {
    level: 'weak',
    says: 'the number is sent in the clear: whoever reaches the card or the cable can copy it; ask for a PIN or a face as well',
  },
  'card-number-over-secure-channel': {
    level: 'fair',
    says: 'the cable is protected; whether the card can be cloned depends on the card',
  },
  pin: { level: 'fair', says: 'a PIN can be watched and passed on; tries are counted' },
  pass: { level: 'fair', says: 'a pass is signed and short-lived; a picture of it works until it ends' },
  face: { level: 'fair', says: 'a face cannot be passed on; its error rates are those of the operating point' },
};

/** How a reader's cards are imitated, by the format of the number and whether its line is protected. */
export function cardTechnology(format: string, overSecureChannel: boolean): CredentialTechnology {
  if (overSecureChannel) return 'card-number-over-secure-channel';
  return format === 'uid' ? 'card-serial-number' : 'card-number-in-clear';
}

/** One line of the health page for each kind that an access point takes. */
export const strengthLines = (used: ReadonlySet<CredentialTechnology>): readonly HealthReport[] =>
  [...used].map((technology) => {
    const { level, says } = CREDENTIAL_STRENGTH[technology];
    return { part: `credential ${technology}`, level: level === 'weak' ? 'warning' : 'ok', says };
  });
