import type { BoardConfig, DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { relayLevelFor } from '#core/door/lock.ts';
import { messageOf } from '#core/kernel/fault.ts';
import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { LCUS_BAUD_RATE } from '#drivers/relay/lcusFrames.ts';
import { SerialLine } from '#drivers/serial/serialLine.ts';
import { Hardware } from '#service/hardware.ts';
import type { Commissioning } from './commissioning.ts';

/** How long a strike is unlocked that is moved on request. */
const MOVE_MS = millis(1_000);
/** Beyond it, for the relay's way back. */
const MOVE_OVER_MS = millis(300);
const FRAME_MS_MAX = 10_000;

/** Each board's line opens. Not a byte is sent. Returns the boards that can be reached. */
export async function showBoards({ config, clock, findings, report }: Commissioning): Promise<ReadonlySet<string>> {
  const reachable = new Set<string>();
  for (const board of config.boards) {
    await findings.show(`boards.${board.id}.line`, async () => {
      const { link, why } = await lineOf(board, clock);
      if (link === 'up') reachable.add(board.id);
      return { ok: link === 'up', value: link, limit: 'up', note: why };
    });
    // As the gate itself says it: no board that is supported times a pulse.
    const says =
      'does not time pulses itself: after a crash a strike stays as it was until the watchdog has restarted the gate';
    report({ part: `pulses of ${board.id}`, level: 'warning', says });
  }
  return reachable;
}

async function lineOf(board: BoardConfig, clock: Clock): Promise<{ link: 'up' | 'down'; why: string }> {
  if (board.driver === 'simulated') return { link: 'down', why: 'simulated' };
  const line = await SerialLine.open({ path: board.path, baudRate: LCUS_BAUD_RATE, clock, faults: 'relay' });
  try {
    return {
      link: line.link,
      why: line.fault?.message ?? `${board.path} opens; nothing was sent, and this board answers nothing`,
    };
  } finally {
    await line.close();
  }
}

/** Readers and cameras as they are configured. */
export async function showAccessPoints({ config, clock, findings }: Commissioning): Promise<void> {
  const hardware = await Hardware.open({ ...config, boards: [] }, undefined, clock);
  for (const accessPoint of config.accessPoints) {
    await findings.show(`access_points.${accessPoint.id}.reader`, async () => {
      const { link } = hardware.reader(accessPoint);
      const none = accessPoint.reader.driver === 'none';
      return {
        ok: link === 'up',
        value: accessPoint.reader.driver,
        note: none ? 'no card reader is configured: cards open nothing here' : `link ${link}`,
      };
    });
    await findings.show(`access_points.${accessPoint.id}.camera`, () => cameraOf(hardware, accessPoint));
  }
  await hardware.close();
}

async function cameraOf(hardware: Hardware, accessPoint: TerminalConfig['accessPoints'][number]) {
  const { driver } = accessPoint.camera;
  const camera = await hardware.camera(accessPoint);
  if (camera === undefined) return { value: driver, note: 'no camera is configured: faces are not used here' };
  const stream = camera.frames();
  const late = setTimeout(() => void stream.close(), FRAME_MS_MAX);
  try {
    using frame = await stream.next();
    if (frame === undefined) return { ok: false, value: driver, note: `no frame within ${FRAME_MS_MAX} ms` };
    return { value: driver, note: `${camera.name}: a frame of ${frame.width} x ${frame.height}, overwritten again` };
  } finally {
    clearTimeout(late);
    await stream.close();
  }
}

/** Which level unlocks each door; with `move` every strike that can be reached is unlocked for a second, and locked. */
export async function showDoors(
  parts: Commissioning,
  { reachable, move }: { reachable: ReadonlySet<string>; move: boolean },
): Promise<void> {
  const { config, findings } = parts;
  for (const door of config.doors) {
    const unlocked = relayLevelFor(door.lock, 'unlocked');
    const inputs =
      door.inputs.driver === 'none'
        ? 'no inputs: exit button and fire input act by wiring alone'
        : `inputs ${door.inputs.fitted.join(', ')}`;
    findings.add(`doors.${door.id}`, {
      value: door.lock,
      note: `${unlocked} unlocks, on ${door.board} channel ${door.channel}; ${inputs}`,
    });
    if (move) await findings.show(`doors.${door.id}.moved`, () => moved(parts, door, reachable.has(door.board)));
  }
}

async function moved({ config, clock }: Commissioning, door: DoorConfig, reachable: boolean) {
  if (!reachable) return { ok: false, note: `${door.board} cannot be reached` };
  console.error(`door ${door.id} (${door.board} channel ${door.channel}): the strike unlocks for ${MOVE_MS} ms now`);
  const hardware = await Hardware.open(
    { ...config, boards: config.boards.filter(({ id }) => id === door.board) },
    undefined,
    clock,
  );
  try {
    const strike = hardware.strike(door);
    const outcome = await strike.drive(relayLevelFor(door.lock, 'unlocked'), MOVE_MS);
    const over = Promise.withResolvers<void>();
    clock.at(after(clock.monotonic(), millis(MOVE_MS + MOVE_OVER_MS)), () => over.resolve());
    await over.promise;
    return {
      value: outcome,
      note: `unlocked for ${MOVE_MS} ms and locked again; whether the lock moved is for you to see`,
    };
  } catch (error) {
    return { ok: false, note: messageOf(error) };
  } finally {
    await hardware.close();
  }
}
