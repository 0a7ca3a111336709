import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import { programFolders, readModels } from '#service/readConfig.ts';
import { Chance } from './fuzz/chance.ts';
import { atMost, result, runCommand, type Arguments, type Result } from './report.ts';
import { BOARDS, OSDP_READER, ROADS, type Road } from './selftest/driverDevices.ts';
import { DriverGate } from './selftest/driverGate.ts';

/**
 * A gate with every driver, whose lines are unplugged at random while people come and go: no relay may stay energised,
 * and no card may be lost. Usage: npm run soak -- [--seconds N] [--seed N] [--json]
 */

const SECONDS = 120;
const SECONDS_MAX = 86_400;
const SEED_MAX = 2 ** 31;
const USAGE = 'soak [--seconds N] [--seed N] [--json]';
const ROOT = join(import.meta.dirname, '..');
const INSTALLATION_MS = millis(60_000);
const CUT_MS_MAX = 2_500;
/** Between two things that happen. */
const STEP_MS = 700;
/** A card is held for less; shown again earlier it would be the same visit, and a line that is cut meanwhile has not told it. */
const VISIT_MS = 1_500;
/** When everything is plugged in again, every relay rests and every link is up within this time. */
const SETTLE_MS_MAX = 15_000;

async function soak({ rest }: Arguments): Promise<{ results: readonly Result[]; seed: number }> {
  const { seconds, seed } = readArguments(rest);
  const folder = mkdtempSync(join(tmpdir(), 'lintel-soak-'));
  try {
    const folders = programFolders(ROOT);
    await using gate = await DriverGate.open({ folder, folders, models: readModels(folders.models) });
    await gate.gate.readers.installReader(OSDP_READER, INSTALLATION_MS);
    return { results: await new Soak(gate, new Chance(seed)).run(seconds), seed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Soak {
  readonly #gate: DriverGate;
  readonly #chance: Chance;
  readonly #shown = new Map<Road, number>(ROADS.map((road) => [road, 0]));
  readonly #shownAt = new Map<string, number>();
  readonly #mending = new Set<Promise<void>>();
  #cuts = 0;

  constructor(gate: DriverGate, chance: Chance) {
    this.#gate = gate;
    this.#chance = chance;
  }

  async run(seconds: number): Promise<Result[]> {
    const until = performance.now() + seconds * 1_000;
    while (performance.now() < until) {
      if (this.#chance.below(3) === 0) this.#unplug();
      else this.#come();
      await pause(STEP_MS);
    }
    await Promise.all(this.#mending);
    return [...(await this.#rests(seconds)), ...(await this.#told())];
  }

  /** Any line, for a while; one that is unplugged already stays so. */
  #unplug(): void {
    const name = this.#chance.of([...this.#gate.lines.keys()]);
    const line = this.#gate.lines.get(name);
    if (line?.link !== 'up' || this.#isVisited(name)) return;
    this.#cuts++;
    const forMs = 100 + this.#chance.below(CUT_MS_MAX);
    const mending = (async () => {
      await line.cut();
      await pause(forMs);
      await line.mend();
    })();
    this.#mending.add(mending);
    void mending.finally(() => this.#mending.delete(mending));
  }

  /** Somebody at a reader that is there, or at an exit button. A card at a reader that is unplugged is nobody's loss. */
  #come(): void {
    if (this.#chance.below(5) === 0) {
      const { inputs } = this.#gate.modbus.board(1);
      inputs[0] = true;
      setTimeout(() => (inputs[0] = false), 200);
      return;
    }
    const road = this.#chance.of(ROADS);
    if (!this.#isThere(road) || this.#isVisited(road)) return;
    this.#shownAt.set(road, performance.now());
    this.#shown.set(road, (this.#shown.get(road) ?? 0) + 1);
    this.#gate.present(road);
  }

  #isVisited(name: string): boolean {
    return performance.now() - (this.#shownAt.get(name) ?? Number.NEGATIVE_INFINITY) < VISIT_MS;
  }

  #isThere(road: Road): boolean {
    const health = this.#gate.gate.health.lines.find(({ part }) => part === `reader at at-${road}`);
    return this.#gate.lines.get(road)?.link === 'up' && health?.level === 'ok';
  }

  async #rests(seconds: number): Promise<Result[]> {
    const energised = (): Road[] => ROADS.filter((road) => this.#gate.energised(road));
    const since = performance.now();
    const up = (): boolean => ROADS.every((road) => this.#isThere(road));
    while ((energised().length > 0 || !up()) && performance.now() - since < SETTLE_MS_MAX) await pause(50);
    // One that only happens to rest at this moment would not for long.
    await pause(1_000);
    const stuck = energised();
    const note = `${this.#cuts} times unplugged in ${seconds} s; ${stuck.map((road) => BOARDS[road]).join(', ') || 'every relay rests'}`;
    return [
      atMost('soak.stuck_relays', { value: stuck.length, limit: 0, unit: 'relays', note }),
      result('soak.links', { ok: up(), value: up() ? 'up' : 'down', limit: 'up', note: 'every reader answers again' }),
    ];
  }

  /** Every card that was shown is in the journal once; where the strike was unplugged, that follows in a second entry. */
  async #told(): Promise<Result[]> {
    const entries = await this.#gate.entriesAfter(0);
    return ROADS.map((road) => {
      const shown = this.#shown.get(road) ?? 0;
      const at = entries.filter(({ event }) => 'accessPoint' in event && event.accessPoint === `at-${road}`);
      const granted = at.filter(({ event }) => event.kind === 'access-granted').length;
      const denied = at.flatMap(({ event }) => (event.kind === 'access-denied' ? [event.reason] : []));
      const unreached = denied.filter((reason) => reason === 'strike-unreachable').length;
      const note = `${shown} cards shown, ${granted} granted of which ${unreached} did not reach the strike; ${denied.length - unreached} denied`;
      return atMost(`soak.lost_cards.${road}`, {
        value: Math.abs(shown - granted - denied.length + unreached),
        limit: 0,
        unit: 'cards',
        note,
      });
    });
  }
}

function readArguments(rest: readonly string[]): { seconds: number; seed: number } {
  let [seconds, seed] = [SECONDS, randomInt(SEED_MAX)];
  for (let at = 0; at < rest.length; at += 2) {
    const [name, value = ''] = rest.slice(at, at + 2);
    const found = /^\d{1,10}$/.test(value) ? Number(value) : -1;
    if (name === '--seconds' && found >= 1 && found <= SECONDS_MAX) seconds = found;
    else if (name === '--seed' && found >= 0 && found < SEED_MAX) seed = found;
    else throw new Fault('command', { thing: 'arguments', found: rest.join(' '), expected: USAGE });
  }
  return { seconds, seed };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

await runCommand('soak', soak);
// A line that is still being tried would keep the process.
process.exit();
