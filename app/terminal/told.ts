import type { DenialReason } from '#core/access/decide.ts';
import type { DoorState } from '#core/door/door.ts';
import type { DenialTold, Guidance, KioskView } from '#contract/kioskView.ts';
import type { FacePicture } from './facePicture.ts';

/** The person is told only what helps them; the journal has the reason itself. */
const DENIAL_TOLD: Readonly<Record<DenialReason, DenialTold>> = {
  'not-recognised': 'not-recognised',
  ambiguous: 'not-recognised',
  'attack-suspected': 'not-recognised',
  'unknown-card': 'unknown-card',
  'credential-suspended': 'not-valid-now',
  // Whoever found the card is not told that it is missed.
  'credential-lost': 'not-valid-now',
  'wrong-pin': 'wrong-pin',
  'locked-out': 'locked-out',
  // What is wrong with a forged one is not told to whoever made it.
  'pass-forged': 'pass-refused',
  'pass-spent': 'pass-refused',
  'pass-too-long': 'pass-refused',
  'not-verifiable': 'gate-fault',
  'nothing-presented': 'not-recognised',
  'holders-differ': 'not-recognised',
  'unknown-holder': 'not-recognised',
  'holder-suspended': 'not-valid-now',
  'not-yet-valid': 'not-valid-now',
  expired: 'not-valid-now',
  'no-access-here': 'no-access-here',
  'locked-down': 'door-closed-to-all',
  'outside-schedule': 'not-valid-now',
  'more-factors-needed': 'more-needed',
  'first-person-awaited': 'ask-staff',
  // Where somebody was last seen is not for whoever has the card.
  'passed-back': 'ask-staff',
  interlocked: 'other-door-open',
  'second-person-needed': 'second-person',
  'journal-unavailable': 'gate-fault',
  'strike-unreachable': 'gate-fault',
};

export const denialTold = (reason: DenialReason): DenialTold => DENIAL_TOLD[reason];

const DOOR_TOLD: Readonly<Record<DoorState['kind'], KioskView['door']>> = {
  locked: 'locked',
  accessed: 'unlocked',
  'standing-unlocked': 'unlocked',
  open: 'open',
  'held-open': 'held-open',
  'forced-open': 'forced-open',
};

export const doorTold = (state: DoorState): KioskView['door'] => DOOR_TOLD[state.kind];

export const guidanceFor = (hint: FacePicture['hint']): Guidance => hint ?? 'step-in-front';
