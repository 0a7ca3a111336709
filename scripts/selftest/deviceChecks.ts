import type { BoardConfig } from '#core/config/hardwareConfig.ts';
import type { DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { relayLevelFor } from '#core/door/lock.ts';
import { messageOf } from '#core/kernel/fault.ts';
import { after, millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { MODBUS_BAUD_RATE } from '#drivers/modbus/frames.ts';
import { KMTRONIC_BAUD_RATE } from '#drivers/relay/kmtronicTalk.ts';
import { LCUS_BAUD_RATE } from '#drivers/relay/lcusFrames.ts';
import { NUMATO_BAUD_RATE } from '#drivers/relay/numatoTalk.ts';
import { SerialLine } from '#drivers/serial/serialLine.ts';
import { SerialBoards } from '#service/devices/boards.ts';
import { Hardware } from '#service/hardware.ts';
import type { Commissioning } from './commissioning.ts';

/** How long a strike is unlocked that is moved on request. */
const MOVE_MS = millis(1_000);
/** Beyond it, for the relay's way back. */
const MOVE_OVER_MS = millis(300);
const FRAME_MS_MAX = 10_000;

/** Each board's line opens, and boards that answer do. No relay is told anything. Returns the boards that can be reached. */
export async function showBoards({ config, clock, findings, report }: Commissioning): Promise<ReadonlySet<string>> {
  const reachable = new Set<string>();
  for (const board of config.boards) {
    await findings.show(`boards.${board.id}.line`, async () => {
      const { link, why, timesPulses } = await lineOf(board, clock);
      if (link === 'up') reachable.add(board.id);
      // As the gate itself says it.
      const says =
        'does not time pulses itself: after a crash a strike stays as it was until the watchdog has restarted the gate';
      if (!timesPulses) report({ part: `pulses of ${board.id}`, level: 'warning', says });
      return { ok: link === 'up', value: link, limit: 'up', note: why };
    });
  }
  return reachable;
}

interface FoundLine {
  readonly link: 'up' | 'down';
  readonly why: string;
  readonly timesPulses: boolean;
}

async function lineOf(board: BoardConfig, clock: Clock): Promise<FoundLine> {
  if (board.driver === 'simulated') return { link: 'down', why: 'simulated', timesPulses: false };
  const { link, why } = await portOf(board.path, BAUD_RATES[board.driver], clock);
  if (link === 'down') return { link, why, timesPulses: false };
  if (board.driver === 'lcus')
    return { link, why: `${why}; nothing was sent, and this board answers nothing`, timesPulses: false };
  const opened = await new SerialBoards(clock).board(board);
  if (opened === undefined) return { link, why: `${why}; this board has inputs alone`, timesPulses: true };
  try {
    const answers = opened.link === 'up' ? 'it answers, and was asked for its relays alone' : 'it does not answer';
    return { link: opened.link, why: `${why}; ${answers}`, timesPulses: opened.timesPulses };
  } finally {
    await opened.close();
  }
}

const BAUD_RATES = {
  lcus: LCUS_BAUD_RATE,
  modbus: MODBUS_BAUD_RATE,
  kmtronic: KMTRONIC_BAUD_RATE,
  numato: NUMATO_BAUD_RATE,
} as const;

async function portOf(path: string, baudRate: number, clock: Clock): Promise<Omit<FoundLine, 'timesPulses'>> {
  const line = await SerialLine.open({ path, baudRate, clock, faults: 'relay' });
  try {
    return { link: line.link, why: line.fault?.message ?? `${path} opens` };
  } finally {
    await line.close();
  }
}

/** The lines of readers open. Who answers there needs the readers' keys: the gate says it once it runs. */
export async function showReaderLines({ config, clock, findings }: Commissioning): Promise<void> {
  const lines = [
    ...config.osdpLines.map(({ id, path, baudRate, readers }) => {
      const names = readers.map((reader) => `${reader.id} at address ${reader.address}`).join(', ');
      return { name: `osdp.${id}.line`, path, baudRate, says: `for ${names}: npm run hardware -- readers` };
    }),
    ...config.serialReaders.map(({ id, path, driver }) => {
      return {
        name: `readers.${id}.line`,
        path,
        baudRate: LCUS_BAUD_RATE,
        says: `for an ${driver}: npm run hardware -- test`,
      };
    }),
  ];
  for (const { name, path, baudRate, says } of lines) {
    await findings.show(name, async () => {
      const { link, why } = await portOf(path, baudRate, clock);
      return { ok: link === 'up', value: link, limit: 'up', note: link === 'up' ? `${why}, ${says}` : why };
    });
  }
}

/** What is on the wires of each door now, as far as they end in boards. */
export async function showWires({ config, clock, findings }: Commissioning): Promise<void> {
  const wired = [...config.doors, ...config.turnstiles].filter(({ inputs }) => inputs.driver === 'wired');
  if (wired.length === 0) return;
  const hardware = await Hardware.open(
    { ...config, boards: config.boards.filter(({ driver }) => driver === 'modbus') },
    undefined,
    clock,
  );
  try {
    for (const door of wired) {
      const inputs = hardware.inputs(door);
      const found = [...inputs.fitted].map((input) => `${input} ${inputs.state(input)}`);
      const { inputs: chosen } = door;
      const ofReaders = chosen.driver === 'wired' && chosen.wires.some(({ on }) => on.kind === 'reader');
      const note = `${found.join(', ')}${ofReaders ? '; those of readers are known once the gate runs' : ''}`;
      findings.add(`doors.${door.id}.inputs`, { ok: ofReaders || inputs.link === 'up', value: inputs.link, note });
    }
  } finally {
    await hardware.close();
  }
}

/** Readers and cameras as they are configured. */
export async function showAccessPoints({ config, clock, findings }: Commissioning): Promise<void> {
  const hardware = await Hardware.open({ ...config, boards: [], doors: [], turnstiles: [] }, undefined, clock);
  for (const accessPoint of config.accessPoints) {
    const { id, reader } = accessPoint;
    const note =
      reader.driver === 'none'
        ? 'no card reader is configured: cards open nothing here'
        : 'see the line of that reader';
    findings.add(`access_points.${id}.reader`, {
      value: reader.driver === 'named' ? reader.name : reader.driver,
      note,
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
  for (const { id, lock, board, channels, inputs } of config.turnstiles) {
    const ways = `entry on ${board} channel ${channels.entry}, exit on channel ${channels.exit}`;
    const note = `${relayLevelFor(lock, 'unlocked')} unlocks a way, ${ways}; inputs ${inputs.fitted.join(', ') || 'none'}`;
    findings.add(`turnstiles.${id}`, { value: lock, note });
  }
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
    { ...config, boards: config.boards.filter(({ id }) => id === door.board), doors: [], turnstiles: [] },
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
