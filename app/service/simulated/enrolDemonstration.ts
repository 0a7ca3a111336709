import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cardholder, Credential, Validity } from '#core/access/credential.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, ConsentId, CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { PinHasher } from '#core/ports/pinHasher.ts';
import type { Random } from '#core/ports/random.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { createArgon2PinHasher } from '#storage/argon2PinHasher.ts';
import type { Terminal } from '#terminal/terminal.ts';
import { DEMONSTRATION_CARD_FORMAT, type Demonstration, type DemonstrationPerson } from './demonstration.ts';
import type { SimulatedWorld } from './world.ts';

/** Where made-up people are photographed: no access point of the gate. */
const ENROLMENT = 'enrolment' as AccessPointId;
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

export interface DemonstrationParts {
  readonly demonstration: Demonstration;
  readonly world: SimulatedWorld;
  readonly terminal: Terminal;
  /** The terminal's name, for the consents. */
  readonly terminalName: string;
  /** Where the agreement that a real person would be shown lies. */
  readonly signage: string;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Takes the made-up people in, at the very first start of a simulated gate. Their consent is made up, and its record
 * says so.
 * @throws Fault `picture` where a photograph does not pass the gate's own strictness, `config` where two of the people
 * have the same card or number
 */
export async function enrolDemonstration(parts: DemonstrationParts): Promise<void> {
  const hasher = createArgon2PinHasher();
  for (const person of parts.demonstration.people) {
    const { cardholder, credentials } = await recordsOf(person, parts, hasher);
    if (person.enrolFrom === undefined) await enrolNumbers({ cardholder, credentials }, parts);
    else await enrolFace(person.enrolFrom, { cardholder, credentials }, parts);
  }
}

async function enrolNumbers(
  { cardholder, credentials }: { readonly cardholder: Cardholder; readonly credentials: readonly Credential[] },
  parts: DemonstrationParts,
): Promise<void> {
  const outcome = await parts.terminal.enrolment.enrol(cardholder, credentials);
  if (outcome.kind === 'enrolled') return;
  const expected = 'a card and a personal number that nobody else has';
  throw new Fault('config', { thing: `${cardholder.name} of the demonstration`, found: outcome.reason, expected });
}

async function enrolFace(
  scene: string,
  person: { readonly cardholder: Cardholder; readonly credentials: readonly Credential[] },
  parts: DemonstrationParts,
): Promise<void> {
  const consent = madeUpConsent(person.cardholder.pseudonym, parts);
  const outcome = await parts.terminal.enrolment.enrolWithFace(person, consent, () => photograph(scene, parts));
  if (outcome.kind === 'enrolled') return;
  throw new Fault('picture', {
    thing: `scene ${scene}`,
    found: outcome.reason,
    expected: 'a picture that can be enrolled',
  });
}

/** One frame of a scene, from a camera of its own: the one at the door is the gate's. */
async function photograph(scene: string, { world }: DemonstrationParts): Promise<Frame> {
  const camera = await world.openCamera(ENROLMENT);
  camera.show(scene);
  const stream = camera.frames();
  try {
    const frame = await stream.next();
    if (frame === undefined) throw new Fault('camera', { thing: camera.name, found: 'no frame', expected: 'one' });
    return frame;
  } finally {
    await stream.close();
  }
}

async function recordsOf(
  person: DemonstrationPerson,
  { random, clock }: DemonstrationParts,
  hasher: PinHasher,
): Promise<{ cardholder: Cardholder; credentials: Credential[] }> {
  const pseudonym = random.hex(16) as Pseudonym;
  const now = clock.wall();
  const validity: Validity = { from: now, until: wallTime(now + YEAR_MS) };
  const base = { pseudonym, state: 'active', validity } as const;
  const card = { kind: 'card', format: DEMONSTRATION_CARD_FORMAT, number: person.card.number } as const;
  const pin = { kind: 'pin', personalNumber: person.personalNumber, pinHash: await hasher.hash(person.pin) } as const;
  return {
    cardholder: { ...base, name: person.name, relation: 'staff', accessPoints: 'all' },
    credentials: [
      { ...base, ...card, id: random.hex(16) as CredentialId },
      { ...base, ...pin, id: random.hex(16) as CredentialId },
    ],
  };
}

function madeUpConsent(pseudonym: Pseudonym, { random, clock, signage, terminalName }: DemonstrationParts): Consent {
  const text = readFileSync(join(signage, 'consent/en/1.md'));
  const now = clock.wall();
  return {
    id: random.hex(16) as ConsentId,
    pseudonym,
    purpose: 'face-access',
    textId: 'consent/en/1',
    textSha256: createHash('sha256').update(text).digest('hex'),
    language: 'en',
    givenAt: now,
    endsAt: wallTime(now + YEAR_MS),
    terminal: terminalName,
    actedBy: 'made-up-for-demonstration',
  };
}
