import { Directory } from '#core/access/directory.ts';
import type { Cardholder, Relation } from '#core/access/credential.ts';
import { Gallery } from '#core/biometrics/gallery.ts';
import type { AccessPointId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { days, RETENTION_DEFAULTS, type RetentionRules } from '#core/privacy/retention.ts';
import { ClockGuard } from '#terminal/clockGuard.ts';
import { ConsentTerms } from '#terminal/consentTerms.ts';
import { HealthBoard } from '#terminal/healthBoard.ts';
import { KnownPeople } from '#terminal/knownPeople.ts';
import { Purge } from '#terminal/purge.ts';
import { Recorder } from '#terminal/recorder.ts';
import { FakeClock } from '../fakes/fakeClock.ts';
import { FakeJournal } from '../fakes/fakeJournal.ts';
import { FakePeopleStore, idFrom } from '../fakes/fakePeopleStore.ts';

/** Just what keeps retention, on moved time. `restart` is the next run of the same gate: memory goes, disks stay. */
export class RetentionFixture {
  readonly clock = new FakeClock();
  readonly people = new FakePeopleStore();
  readonly journal = new FakeJournal({ segmentEntries: 4 });
  health = new HealthBoard();
  directory = new Directory();
  purge!: Purge;
  guard!: ClockGuard;
  #recorder!: Recorder;
  readonly #retention: RetentionRules;

  private constructor(retention: RetentionRules) {
    this.#retention = retention;
  }

  static async start(differs: Partial<RetentionRules> = {}): Promise<RetentionFixture> {
    const fixture = new RetentionFixture({ ...RETENTION_DEFAULTS, ...differs });
    await fixture.restart();
    return fixture;
  }

  async restart(): Promise<void> {
    const { clock, people, journal } = this;
    const health = (this.health = new HealthBoard());
    const directory = (this.directory = new Directory());
    const recorder = (this.#recorder = new Recorder({ clock, health }));
    recorder.attach(journal);
    recorder.record({ kind: 'terminal-started' });
    const guard = (this.guard = new ClockGuard({ clock, journal, recorder, health }));
    const gallery = new Gallery();
    const onGalleryChanged = (): void => undefined;
    const terms = new ConsentTerms({ people, gallery, clock, health, recorder, guard, onGalleryChanged });
    const known = new KnownPeople({
      directory,
      gallery,
      terms,
      onChanged: onGalleryChanged,
      onDropped: () => undefined,
    });
    for (const holder of (await people.load()).cardholders) directory.add(holder, []);
    const retention = this.#retention;
    this.purge = new Purge({ people, journal, known, terms, guard, retention, recorder, clock, health });
    await this.settle();
  }

  /** Somebody whose validity ends in so many days. */
  async enrol(label: string, relation: Relation, validDays: number): Promise<Pseudonym> {
    const pseudonym = idFrom<Pseudonym>(label);
    const now = this.clock.wall();
    const validity = { from: now, until: wallTime(now + days(validDays)) };
    const cardholder: Cardholder = { pseudonym, name: label, relation, state: 'active', validity, accessPoints: 'all' };
    await this.people.enrol({ cardholder, credentials: [] });
    this.directory.add(cardholder, []);
    this.#recorder.record({ kind: 'enrolled' }, pseudonym);
    return pseudonym;
  }

  async comesIn(label: string): Promise<void> {
    const event = { kind: 'access-granted', accessPoint: 'entrance' as AccessPointId, factors: ['card'] } as const;
    await this.#recorder.recordFirst(event, idFrom<Pseudonym>(label));
  }

  /** A day passes, with its purge; `each` is what happens on every one of them. */
  async days(count: number, each: () => Promise<void> = async () => undefined): Promise<void> {
    for (let day = 0; day < count; day++) {
      this.clock.advance(days(1));
      await each();
      await this.purge.run();
    }
    await this.settle();
  }

  get names(): readonly string[] {
    return [...this.directory.holders()].map(({ name }) => name);
  }

  kinds(kind: string): readonly { readonly subject?: Pseudonym }[] {
    return this.journal.recorded.filter(({ event }) => event.kind === kind);
  }

  line(part: string): string {
    const found = this.health.lines.find((line) => line.part === part);
    return found === undefined ? 'none' : `${found.level}: ${found.says}`;
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}
