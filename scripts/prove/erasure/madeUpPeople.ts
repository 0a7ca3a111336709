import { createHash } from 'node:crypto';
import { FEATURE_LENGTH } from '#core/biometrics/probe.ts';
import type { JournalEntry } from '#core/journal/entry.ts';
import type { AccessPointId, ConsentId, CredentialId, JournalId, Pseudonym, TemplateId } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { recordsOf } from '#storage/stores/rosterPage.ts';
import type { EnrolmentRows } from '#storage/stores/people.ts';
import type { Vault } from '#storage/thread/vault.ts';
import type { Trace } from './search.ts';

const FEATURE_BYTES = FEATURE_LENGTH * Float32Array.BYTES_PER_ELEMENT;
const VALIDITY = { from: wallTime(1_700_000_000_000), until: wallTime(1_900_000_000_000) };
const CARDS = 65_536;

/** People of a proof, each with a card, a PIN, a face, a consent and an entry, all of them from the seed. */
export class MadeUpPeople {
  readonly #seed: number;
  readonly #count: number;
  readonly #rows: readonly EnrolmentRows[];

  constructor(seed: number, count: number) {
    this.#seed = seed;
    this.#count = count;
    this.#rows = Array.from({ length: count }, (_, index) => this.#rowsOf(index));
  }

  pseudonym(index: number): Pseudonym {
    return this.#id(`pseudonym ${index}`);
  }

  cardNumber(index: number): string {
    return this.#hash(`card ${index}`).readUInt16BE(0).toString(16).padStart(4, '0');
  }

  /** Numbers of the facility, everybody's among them. */
  *cardNumbers(count: number): Generator<string> {
    for (let index = 0; index < this.#count; index++) yield this.cardNumber(index);
    for (let number = 0; number < Math.min(count, CARDS); number++) yield number.toString(16).padStart(4, '0');
  }

  enrolIn(vault: Vault): void {
    vault.people.enrol(this.#rows, Buffer.concat(this.#rows.map((_, index) => this.#features(index))));
  }

  entries(): JournalEntry[] {
    return this.#rows.map((_, index) => ({
      at: wallTime(1_000 + index),
      event: { kind: 'access-granted', accessPoint: 'front' as AccessPointId, factors: ['face'] },
      subject: this.pseudonym(index),
    }));
  }

  /** How everything under the record key begins. */
  recordTraces(index: number): Trace[] {
    const { cardholder, credentials, consent } = this.#rows[index]!;
    const of = (what: string, content: object): Trace => ({
      what: `${what} of ${index}`,
      start: Buffer.from(JSON.stringify(content)),
    });
    const { pseudonym: _, ...holder } = cardholder;
    const { id: _consentId, pseudonym: _giver, ...agreed } = consent!;
    return [
      of('cardholder', holder),
      ...credentials.map(({ id: _id, pseudonym: _pseudonym, ...content }) => of(content.kind, content)),
      of('consent', agreed),
    ].map(({ what, start }) => ({ what, start: start.subarray(0, 64) }));
  }

  /** What is sealed into each entry of the person: the pseudonym, which is random and stands in clear beside other rows. */
  entryTrace(index: number): Trace {
    return { what: `entry of ${index}`, start: Buffer.from(this.pseudonym(index), 'hex') };
  }

  templateTrace(index: number): Trace {
    return { what: `template of ${index}`, start: this.#features(index).subarray(0, 64) };
  }

  /** What of the others is not as it was enrolled. */
  differences(vault: Vault, deleted: { readonly erased: number; readonly withdrawn: number }): string[] {
    const loaded = load(vault);
    const recorded = new Set(vault.journal.read(1 as JournalId, 1_000).map(({ subject }) => subject));
    return this.#rows.flatMap((row, index) => {
      const { pseudonym } = row.cardholder;
      const gone = index === deleted.erased;
      const checks: [string, boolean][] = [
        ['cardholder', loaded.text.includes(JSON.stringify(row.cardholder.name)) !== gone],
        ['credentials', row.credentials.every((one) => loaded.credentials.has(one.id) !== gone)],
        [
          'template',
          loaded.templates.has(this.#features(index).toString('base64')) !== (gone || index === deleted.withdrawn),
        ],
        ['consent', vault.people.consentsOf(pseudonym).length === (gone ? 0 : 1)],
        ['entry', recorded.has(pseudonym) !== gone],
      ];
      return checks.filter(([, holds]) => !holds).map(([what]) => `${what} of ${index}`);
    });
  }

  #rowsOf(index: number): EnrolmentRows {
    const pseudonym = this.pseudonym(index);
    const consent = this.#id<ConsentId>(`consent ${index}`);
    const shared = { pseudonym, state: 'active', validity: VALIDITY } as const;
    const secret = this.#hash(`pin ${index}`);
    return {
      cardholder: {
        name: this.#hash(`name ${index}`).toString('hex'),
        relation: 'staff',
        ...shared,
        accessPoints: 'all',
      },
      credentials: [
        {
          number: this.cardNumber(index),
          kind: 'card',
          ...shared,
          id: this.#id<CredentialId>(`card ${index}`),
          format: 'H10301',
        },
        {
          pinHash: secret.toString('base64'),
          kind: 'pin',
          ...shared,
          id: this.#id<CredentialId>(`pin ${index}`),
          personalNumber: `${secret.readUInt32BE(0)}`,
        },
      ],
      consent: {
        textId: this.#hash(`text ${index}`).toString('hex'),
        textSha256: '0'.repeat(64),
        id: consent,
        pseudonym,
        purpose: 'face-access',
        language: 'en',
        givenAt: VALIDITY.from,
        endsAt: VALIDITY.until,
        terminal: 'proof',
        actedBy: 'made-up-for-demonstration',
      },
      templates: [
        { id: this.#id<TemplateId>(`template ${index}`), pseudonym, consent, format: 'proof', until: VALIDITY.until },
      ],
    };
  }

  #features(index: number): Buffer {
    return Buffer.alloc(
      FEATURE_BYTES,
      createHash('sha512')
        .update(`face ${this.#seed} ${index}`)
        .digest()
        .map((byte) => byte & 0xbf),
    );
  }

  #id<Id extends string>(label: string): Id {
    return this.#hash(label).toString('hex', 0, 16) as Id;
  }

  #hash(label: string): Buffer {
    return createHash('sha256').update(`${this.#seed} ${label}`).digest();
  }
}

function load(vault: Vault): {
  readonly text: string;
  readonly credentials: Set<string>;
  readonly templates: Set<string>;
} {
  const parts = [];
  for (const part of vault.people.load()) parts.push(part);
  return {
    text: JSON.stringify(parts.flatMap(({ cardholders }) => cardholders)),
    credentials: new Set(parts.flatMap(({ credentials }) => credentials.map(({ id }) => id))),
    templates: new Set(
      parts.flatMap(({ templates, features }) =>
        recordsOf(templates).map((_, index) =>
          Buffer.from(features, index * FEATURE_BYTES, FEATURE_BYTES).toString('base64'),
        ),
      ),
    ),
  };
}
