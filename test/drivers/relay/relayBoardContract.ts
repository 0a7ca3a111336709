import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { DriveOutcome, RelayBoard, RelayLevel } from '#core/ports/hardware.ts';
import type { FakeClock } from '../../fakes/fakeClock.ts';

/** A board with two channels at least, seen from both sides. Its relays and its driver go by one clock. */
export interface BoardRig extends AsyncDisposable {
  readonly board: RelayBoard;
  readonly clock: FakeClock;
  readonly outcome: DriveOutcome;
  /** Moves time on; whatever is sent and answered on the way is, before the time after it comes. */
  pass(ms: number): Promise<void>;
  level(channel: number): RelayLevel;
  /** Everything that a relay was told, by whoever drives the board or by the board's own timer, as `1+` or `2-`. */
  readonly received: readonly string[];
  /** Resolves once `holds`, looking again whenever something reached the board. */
  until(holds: () => boolean): Promise<void>;
  /** Resolves when the board's link is down, or up again. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** What every board promises, whatever it is made of. */
export function describeRelayBoard(name: string, makeRig: () => Promise<BoardRig>): void {
  let rig: BoardRig;
  const strike = (channel: number) => rig.board.strike(channel);
  /** What was sent before has arrived when something sent after it has. */
  const allArrived = async (): Promise<void> => {
    const before = rig.received.length;
    await strike(2).drive('de-energised', 'until-driven');
    await rig.until(() => rig.received.slice(before).includes('2-'));
  };
  const refused = (about: Promise<unknown>): Promise<Fault> =>
    about.then(
      () => Promise.reject(new Error('the drive was not refused')),
      (thrown: unknown) => (thrown instanceof Fault ? thrown : Promise.reject(thrown)),
    );

  describe(`a relay board: ${name}`, () => {
    beforeEach(async () => {
      rig = await makeRig();
    });
    afterEach(() => rig[Symbol.asyncDispose]());

    it('does what it is told and stays so until it is told again', async () => {
      expect(await strike(1).drive('energised', 'until-driven')).toBe(rig.outcome);
      await rig.until(() => rig.level(1) === 'energised');
      await rig.pass(60_000);
      await allArrived();
      expect(rig.level(1)).toBe('energised');
      await strike(1).drive('de-energised', 'until-driven');
      await rig.until(() => rig.level(1) === 'de-energised');
    });

    it('ends a pulse by itself, not a moment early, when nobody tells it again', async () => {
      await strike(1).drive('energised', millis(5_000));
      await rig.pass(4_999);
      await allArrived();
      expect(rig.level(1)).toBe('energised');
      await rig.pass(1);
      await rig.until(() => rig.level(1) === 'de-energised');
      expect(rig.received).toEqual(['1+', '2-', '1-']);
    });

    it('ends a pulse of a lock that opens without power by powering it again', async () => {
      await strike(1).drive('energised', 'until-driven');
      await strike(1).drive('de-energised', millis(700));
      await rig.pass(700);
      await rig.until(() => rig.received.length === 3);
      expect(rig.received).toEqual(['1+', '1-', '1+']);
    });

    it('lets a newer drive replace the end of a pulse', async () => {
      await strike(1).drive('energised', millis(500));
      await rig.pass(400);
      await strike(1).drive('energised', millis(900));
      await rig.pass(899);
      await allArrived();
      expect(rig.level(1)).toBe('energised');
      await rig.pass(1);
      await rig.until(() => rig.level(1) === 'de-energised');

      await strike(1).drive('energised', millis(500));
      await strike(1).drive('energised', 'until-driven');
      await rig.pass(60_000);
      await allArrived();
      expect(rig.level(1)).toBe('energised');
    });

    it('does not let the end of an old pulse overtake a newer drive that waits for its turn', async () => {
      await strike(1).drive('energised', millis(500));
      await rig.pass(499);
      const drives = [strike(2).drive('energised', 'until-driven'), strike(1).drive('energised', 'until-driven')];
      rig.clock.advance(1);
      await Promise.all(drives);
      await allArrived();
      await rig.pass(60_000);
      expect(rig.level(1)).toBe('energised');
      expect(rig.received.filter((told) => told.startsWith('2'))).toEqual(['2+', '2-']);
    });

    it('keeps its channels apart', async () => {
      await strike(1).drive('energised', millis(500));
      await strike(2).drive('energised', millis(800));
      await rig.pass(500);
      await rig.until(() => rig.received.includes('1-'));
      expect([rig.level(1), rig.level(2)]).toEqual(['de-energised', 'energised']);
      await rig.pass(300);
      await rig.until(() => rig.received.includes('2-'));
      expect(rig.level(2)).toBe('de-energised');
    });

    it('sends what it is told in order and one after the other', async () => {
      const drives = Array.from({ length: 20 }, (_, i) =>
        strike(1).drive(i % 2 ? 'de-energised' : 'energised', 'until-driven'),
      );
      await Promise.all(drives);
      await rig.until(() => rig.received.length === 20);
      expect(rig.received.join(' ')).toBe('1+ 1- '.repeat(10).trim());
    });

    it('ends every running pulse at once when it is closed, and takes no drive afterwards', async () => {
      await strike(1).drive('energised', millis(5_000));
      await strike(2).drive('energised', 'until-driven');
      await rig.board.close();
      await rig.until(() => rig.received.includes('1-'));
      expect(rig.received).toEqual(['1+', '2+', '1-']);
      expect(rig.board.link).toBe('down');
      expect((await refused(strike(1).drive('energised', millis(5_000)))).code).toBe('relay');
      await rig.board.close();
      // A timer of the board's own may run on.
      await rig.pass(5_000);
      expect(rig.clock.waiting).toBe(0);
    });

    it('refuses a channel that it does not have', () => {
      for (const channel of [0, rig.board.channels + 1, 1.5]) expect(() => strike(channel)).toThrow(Fault);
    });

    it('tells when its line goes and comes, and why', async () => {
      const told: string[] = [];
      using _listening = rig.board.onLink((link, why) => told.push(`${link}: ${why.length > 0}`));
      expect([rig.board.link, strike(1).link]).toEqual(['up', 'up']);
      await rig.cut();
      expect([rig.board.link, strike(1).link]).toEqual(['down', 'down']);
      await rig.mend();
      expect([rig.board.link, strike(1).link]).toEqual(['up', 'up']);
      expect(told).toEqual(['down: true', 'up: true']);
    });

    it('refuses a drive at once while its line is cut, and starts no pulse later', async () => {
      await rig.cut();
      const fault = await refused(strike(1).drive('energised', millis(5_000)));
      expect(fault).toMatchObject({ code: 'relay' });
      expect(fault.thing).not.toBe('');
      await rig.mend();
      await rig.pass(5_001);
      await allArrived();
      expect(rig.received).toEqual(['2-']);
    });

    it('ends a pulse that a cut line kept from its end, and does not resume one', async () => {
      await strike(1).drive('energised', millis(60_000));
      await rig.until(() => rig.level(1) === 'energised');
      await rig.cut();
      expect(rig.level(1)).toBe('energised');
      await rig.mend();
      await rig.until(() => rig.level(1) === 'de-energised');
      await rig.pass(60_001);
      await allArrived();
      expect(rig.level(1)).toBe('de-energised');
      expect(rig.received.filter((told) => told === '1+')).toEqual(['1+']);
    });

    it('works as before once its line is mended', async () => {
      for (let round = 0; round < 2; round++) {
        await rig.cut();
        await rig.mend();
        await strike(1).drive('energised', millis(500));
        await rig.until(() => rig.level(1) === 'energised');
        await rig.pass(500);
        await rig.until(() => rig.level(1) === 'de-energised');
      }
    });
  });
}
