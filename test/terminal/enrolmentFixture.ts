import type { Cardholder, Credential } from '#core/access/credential.ts';
import { Directory } from '#core/access/directory.ts';
import { Gallery } from '#core/biometrics/gallery.ts';
import type { ConsentId, CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import type { Frame } from '#core/ports/camera.ts';
import type { Consent } from '#core/privacy/consent.ts';
import { EnrolmentDesk, type EnrolmentOutcome } from '#terminal/enrolment.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { Recorder } from '#terminal/recorder.ts';
import { wholeRoster } from '../fakes/wholeRoster.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakeEngine, fakeFace } from '../fakes/fakeEngine.ts';
import { fakeFrame } from '../fakes/fakeFrame.ts';
import { FakeJournal } from '../fakes/fakeJournal.ts';
import { FakePeopleStore, idFrom } from '../fakes/fakePeopleStore.ts';
import { configOf, OPERATING } from './gateFixture.ts';

const HOUR_MS = 3_600_000;

/** How somebody stands before the camera of the desk. */
export type Standing = 'well' | 'as-a-photograph' | 'in-the-dark' | 'elsewhere';

/** Somebody who wants to be taken in. The number of the face says whose it is, whatever name is given. */
export interface Applicant {
  readonly name: string;
  readonly card: string;
  readonly personalNumber: string;
  readonly face: number;
  readonly standing: Standing;
  readonly consent: 'own' | 'ended' | "somebody else's";
}

export const applicant = (name: string, differs: Partial<Applicant> = {}): Applicant => ({
  name,
  card: `ca${name.length}`,
  personalNumber: `10${name.length}`,
  face: 1,
  standing: 'well',
  consent: 'own',
  ...differs,
});

/** The desk where people are enrolled, with everything that an enrolment may change. */
export class EnrolmentRoom {
  readonly clock = new FakeClock();
  readonly engine = new FakeEngine();
  readonly people = new FakePeopleStore();
  readonly gallery = new Gallery();
  readonly directory = new Directory();
  readonly journal = new FakeJournal();
  readonly desk: EnrolmentDesk;
  /** Every frame that the camera of the desk gave. */
  readonly frames: Frame[] = [];
  #told = 0;

  constructor() {
    const { clock, engine, people, gallery, directory, journal } = this;
    const recorder = new Recorder({ clock, health: new HealthBoard() });
    recorder.attach(journal);
    const config = configOf({});
    let ids = 0;
    this.desk = new EnrolmentDesk({
      engine,
      people,
      gallery,
      directory,
      recorder,
      clock,
      random: { hex: (bytes) => idFrom<string>(`random ${ids++}`).slice(0, bytes * 2) },
      operating: OPERATING,
      quality: config.biometrics.quality,
      zone: config.accessPoints[0]!.zone,
      onEnrolled: () => void this.#told++,
    });
  }

  enrol(someone: Applicant): Promise<EnrolmentOutcome> {
    const { cardholder, credentials } = this.recordsOf(someone);
    return this.desk.enrol(cardholder, credentials);
  }

  /** `meanwhile` happens while the camera is waited for. */
  enrolWithFace(someone: Applicant, meanwhile: () => void = () => undefined): Promise<EnrolmentOutcome> {
    return this.desk.enrolWithFace(this.recordsOf(someone), this.consentOf(someone), async () => {
      meanwhile();
      return this.#capture(someone);
    });
  }

  /** All that is known of anybody, on the disk and in memory. */
  async state(): Promise<unknown> {
    const { cardholders, credentials, templates } = await wholeRoster(this.people);
    return structuredClone({
      stored: { cardholders, credentials, templates: templates.map(({ record }) => record) },
      journal: this.journal.recorded,
      known: [this.directory.people, this.gallery.people, this.gallery.templates, this.#told],
    });
  }

  recordsOf({ name, card, personalNumber }: Applicant): { cardholder: Cardholder; credentials: Credential[] } {
    const now = this.clock.wall();
    const pseudonym = idFrom<Pseudonym>(name);
    const validity = { from: now, until: wallTime(now + 1_000 * HOUR_MS) };
    const base = { pseudonym, state: 'active', validity } as const;
    return {
      cardholder: { ...base, name, relation: 'staff', accessPoints: 'all' },
      credentials: [
        { ...base, id: idFrom<CredentialId>(`card of ${name}`), kind: 'card', format: 'uid', number: card },
        { ...base, id: idFrom<CredentialId>(`pin of ${name}`), kind: 'pin', personalNumber, pinHash: '$fake$0$0000' },
      ],
    };
  }

  consentOf({ name, consent }: Applicant): Consent {
    const now = this.clock.wall();
    return {
      id: idFrom<ConsentId>(`consent of ${name}`),
      pseudonym: idFrom<Pseudonym>(consent === "somebody else's" ? `not ${name}` : name),
      purpose: 'face-access',
      textId: 'consent/en/1',
      textSha256: '0'.repeat(64),
      language: 'en',
      givenAt: wallTime(now - HOUR_MS),
      endsAt: wallTime(consent === 'ended' ? now : now + HOUR_MS),
      terminal: 'test-gate',
      actedBy: 'data-subject',
    };
  }

  #capture({ face, standing }: Applicant): Frame {
    const marker = this.frames.length + 1;
    const looks = {
      well: [fakeFace({ person: face })],
      'as-a-photograph': [fakeFace({ person: face, live: 0.1 })],
      'in-the-dark': [fakeFace({ person: face, exposure: { mean: 10, clippedShare: 0 } })],
      elsewhere: [],
    };
    this.engine.show(marker, looks[standing]);
    const frame = fakeFrame(marker);
    this.frames.push(frame);
    return frame;
  }
}
