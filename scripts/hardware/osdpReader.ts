import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CARD_FORMATS } from '#core/access/cardFormat.ts';
import { Fault } from '#core/kernel/fault.ts';
import type { AccessPointId, DoorId, ReaderId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { DoorInput } from '#core/ports/hardware.ts';
import type { ReaderKeys } from '#core/ports/readerKeys.ts';
import { SystemRandom } from '#drivers/clock/systemRandom.ts';
import { discoverReaders } from '#drivers/reader/osdp/discover.ts';
import { OsdpCardReader } from '#drivers/reader/osdp/osdpCardReader.ts';
import { OsdpInputs, type ReaderWire } from '#drivers/reader/osdp/osdpInputs.ts';
import { OsdpLine, type OsdpEvent } from '#drivers/reader/osdp/osdpLine.ts';
import { CAPABILITY, type Capability, type Identity } from '#drivers/reader/osdp/replies.ts';
import { createKeyStore } from '#storage/keys/rootPlace.ts';
import { openRoot } from '#storage/openMaster.ts';
import { createReaderKeys, READER_KEYS_FILE } from '#storage/readerKeys.ts';
import { placesOf } from '../dataFolder.ts';
import { result, type Result } from '../report.ts';
import type { OsdpReaderArguments } from './arguments.ts';
import { within, type LookedAt, type ReaderLook } from './walk.ts';

/** From the first question to the open channel, with a reader that has to be tried again. */
const CHANNEL_MS_MAX = millis(10_000);
/** For what it tells of itself once the channel is open. */
const STATUS_MS_MAX = millis(2_000);

export interface OsdpTestParts {
  readonly reader: OsdpReaderArguments;
  readonly accessPoint: AccessPointId;
  readonly door: DoorId;
  /** How contact and exit button hang on it. */
  readonly wires: ReadonlyMap<DoorInput, ReaderWire>;
  readonly clock: Clock;
}

/**
 * An OSDP reader to be tested. Nothing that concerns its keys is changed, at the reader or in the data folder.
 * @throws Fault `command` for a data folder without such a key; `key` where that cannot be opened.
 */
export async function openOsdpReader(parts: OsdpTestParts): Promise<ReaderLook & { close(): Promise<void> }> {
  const { name } = parts.reader;
  if (name === undefined) return { look: () => lookInTheClear(parts), close: () => Promise.resolve() };
  return openWithKey(parts, name as ReaderId);
}

async function openWithKey(parts: OsdpTestParts, name: ReaderId) {
  const { reader, clock, door, accessPoint } = parts;
  const { port: path, address, baudRate } = reader;
  const line = await OsdpLine.open({
    path,
    baudRate,
    readers: [{ id: name, address }],
    keys: await lentKeys(reader, name),
    clock,
    random: new SystemRandom(),
  });
  let [bits, alarm]: [number | undefined, string | undefined] = [undefined, undefined];
  let local: Extract<OsdpEvent, { kind: 'local' }> | undefined;
  line.onEvent((_, event) => {
    // Before the card reader hears of it: the card is not told without its length.
    if (event.kind === 'card') bits = event.bits.count;
    if (event.kind === 'alarm') alarm = event.says;
    if (event.kind === 'local') local = event;
  });
  const cards = new OsdpCardReader({ line, reader: name, accessPoint, formats: Object.values(CARD_FORMATS).flat() });
  const inputs =
    parts.wires.size === 0 ? undefined : new OsdpInputs({ reader: name, clock, doors: new Map([[door, parts.wires]]) });
  const connected = inputs?.connect(line);
  const until = (stands: () => boolean, ms: typeof CHANNEL_MS_MAX): Promise<true | undefined> =>
    stands() ? Promise.resolve(true) : within<true>(clock, (told) => [line.onEvent(() => stands() && told(true))], ms);

  const look = async (): Promise<LookedAt> => {
    await until(() => line.state(name).link === 'up' || alarm !== undefined, CHANNEL_MS_MAX);
    if (line.state(name).link === 'down') {
      const note = alarm ?? line.fault?.message ?? `nothing answered at address ${address} with ${baudRate} baud`;
      return { results: [result('reader channel', { ok: false, value: 'not open', note }), ...untried(parts)] };
    }
    await until(() => local !== undefined && line.state(name).capabilities !== undefined, STATUS_MS_MAX);
    const { identity, capabilities } = line.state(name);
    const channel = result('reader channel', { ok: true, value: 'open', note: 'it has proved its own key' });
    const results = [channel, ...described({ identity, capabilities, local })];
    return { results, reader: cards, bits: () => bits, ...(inputs !== undefined && { inputs: inputs.inputs(door) }) };
  };
  const close = async (): Promise<void> => {
    await line.close();
    connected?.[Symbol.dispose]();
  };
  return { look, close };
}

/** What a reader tells whoever asks. */
async function lookInTheClear(parts: OsdpTestParts): Promise<LookedAt> {
  const { reader, clock } = parts;
  const { port: path, address, baudRate } = reader;
  try {
    const [found] = await discoverReaders({ path, baudRate, clock, addresses: [address] });
    if (found === undefined) {
      const note = `nothing answered at address ${address} with ${baudRate} baud`;
      return { results: [result('reader', { ok: false, value: 'no answer', note })] };
    }
    const note = 'only looked at in the clear: its cards are not counted before it is installed';
    const says = found.offersChannel ? 'offered' : 'not offered';
    const channel = result('reader channel', { ok: found.offersChannel, value: says, note });
    return { results: [channel, ...described(found)] };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { results: [result('reader', { ok: false, value: thrown.found, note: `expected ${thrown.expected}` })] };
  }
}

interface Nature {
  readonly identity: Identity | undefined;
  readonly capabilities: readonly Capability[] | undefined;
  readonly local: { readonly tampered: boolean; readonly powerFailed: boolean } | undefined;
}

function described({ identity, capabilities, local }: Nature): readonly Result[] {
  const who =
    identity === undefined
      ? 'not told'
      : `maker ${identity.vendor}, model ${identity.model}.${identity.version}, firmware ${identity.firmware}`;
  const wrong = [...(local?.tampered ? ['opened'] : []), ...(local?.powerFailed ? ['power failed'] : [])];
  const state = local === undefined ? 'not told' : wrong.join(', ') || 'closed';
  return [
    result('reader identity', { value: who, note: capabilities === undefined ? null : capableOf(capabilities) }),
    result('reader tamper', { value: state, ...(local !== undefined && { ok: wrong.length === 0 }) }),
  ];
}

function capableOf(capabilities: readonly Capability[]): string {
  const has = (code: number): boolean => capabilities.some((one) => one.code === code && one.level > 0);
  const count = (code: number): number => capabilities.find((one) => one.code === code)?.count ?? 0;
  return [
    `inputs: ${count(CAPABILITY.inputs)}`,
    `outputs: ${count(CAPABILITY.outputs)}`,
    has(CAPABILITY.lights) ? 'lights' : 'no lights',
    has(CAPABILITY.buzzer) ? 'a buzzer' : 'no buzzer',
    has(CAPABILITY.pinEntry) ? 'a keypad' : 'no keypad that it names',
  ].join(', ');
}

const untried = ({ wires }: OsdpTestParts): readonly Result[] =>
  [...(wires.has('contact') ? ['door contact'] : []), ...(wires.has('rex') ? ['exit button'] : []), 'reader'].map(
    (part) => result(part, { ok: false, value: 'not tried', note: 'it is heard through the channel alone' }),
  );

/** Of a gate that does not work meanwhile: it would hold the port. */
async function lentKeys({ places: given }: OsdpReaderArguments, name: ReaderId): Promise<ReaderKeys> {
  const { data, root } = placesOf(given);
  const missing = new Fault('command', {
    thing: data,
    found: `no key of a reader ${name}`,
    expected: 'one that hardware -- install has given it; without --reader-name it is looked at in the clear',
  });
  if (!existsSync(join(data, READER_KEYS_FILE))) throw missing;
  const master = openRoot(createKeyStore(root), data);
  try {
    using keys = createReaderKeys({ folder: data, master });
    const found = await keys.get(name);
    if (found.length === 0) throw missing;
    // Whether an older key may go is the gate's to keep.
    return { get: () => Promise.resolve(found), put: () => Promise.resolve() };
  } finally {
    master.fill(0);
  }
}
