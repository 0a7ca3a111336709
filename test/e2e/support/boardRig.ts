import { EventEmitter, once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RelayLevel } from '#core/ports/hardware.ts';
import { SystemClock } from '#drivers/clock/systemClock.ts';
import { LcusEmulator, type LcusReceived } from '#drivers/relay/lcusEmulator.ts';
import { encodeLcusFrame } from '#drivers/relay/lcusFrames.ts';
import type { Change, GateFolder } from './gateFolder.ts';

/** No door hangs on it: what the rig itself sends to know that everything before has arrived. */
const MARKER_CHANNEL = 4;
const CHANNELS = 4;

/** A made-up relay board in this process, at the far end of a real serial line: it outlives every gate that drives it. */
export class BoardRig implements AsyncDisposable {
  readonly received: LcusReceived[] = [];
  readonly #events = new EventEmitter<{ received: [LcusReceived] }>();
  readonly #emulator: LcusEmulator;

  private constructor(emulator: LcusEmulator) {
    this.#emulator = emulator;
    this.#events.setMaxListeners(0);
    emulator.onReceived((received) => {
      this.received.push(received);
      this.#events.emit('received', received);
    });
  }

  static async open(folder: GateFolder): Promise<BoardRig> {
    const own = mkdtempSync(join(folder.path, 'board-'));
    return new BoardRig(await LcusEmulator.open({ folder: own, channels: CHANNELS, clock: new SystemClock() }));
  }

  /** In the configuration: this board in place of the one that the simulated gate makes for itself. */
  get asBoard(): Change {
    return [['boards', 0], { id: 'board-1', driver: 'lcus', path: this.path, channels: CHANNELS }];
  }

  get path(): string {
    return this.#emulator.path;
  }

  level(channel: number): RelayLevel {
    return this.#emulator.level(channel);
  }

  /** The first command for a channel from the `from`th one received on. */
  async first(channel: number, from: number): Promise<LcusReceived> {
    for (;;) {
      const found = this.received.slice(from).find((received) => received.channel === channel);
      if (found !== undefined) return found;
      await once(this.#events, 'received');
    }
  }

  /** Resolves once the channel is driven to that level by a command from the `from`th on. */
  async driven(channel: number, level: RelayLevel, from: number): Promise<void> {
    const isSo = (received: LcusReceived): boolean => received.channel === channel && received.level === level;
    while (!this.received.slice(from).some(isSo)) await once(this.#events, 'received');
  }

  /** Sends a command as another program on the line would; resolves when the board has it. */
  async sendByHand(channel: number, level: RelayLevel): Promise<void> {
    const from = this.received.length;
    const line = openSync(this.path, constants.O_WRONLY | constants.O_NOCTTY);
    writeSync(line, encodeLcusFrame({ channel, level }));
    closeSync(line);
    await this.first(channel, from);
  }

  /** Resolves when everything that was sent until now has arrived, also what a gate sent that has died since. */
  settle(): Promise<void> {
    return this.sendByHand(MARKER_CHANNEL, 'de-energised');
  }

  cut(): Promise<void> {
    return this.#emulator.cut();
  }

  mend(): Promise<void> {
    return this.#emulator.mend();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#emulator.close();
  }
}
