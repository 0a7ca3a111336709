import { millis } from '#core/kernel/units.ts';
import { Exchange, NoAnswer } from '../../serial/exchange.ts';
import type { Clock } from '#core/ports/clock.ts';
import { encodeCommand } from './commands.ts';
import { ADDRESS_MAX, encodeFrame, FrameParser, type Sequence } from './frames.ts';
import { CAPABILITY, decodeReply, type Capability, type Identity, type Reply } from './replies.ts';

/** A reader begins to answer within 200 ms (the standard's); the longest of these answers takes 100 ms more at 9600 baud. */
const ANSWER_MS_MAX = millis(300);
const GAP_MS = millis(3);

/** A reader that answers at an address. What it says here is in the clear, and proves nothing. */
export interface DiscoveredReader {
  readonly address: number;
  /** Undefined where it tells that in the channel alone. */
  readonly identity: Identity | undefined;
  readonly capabilities: readonly Capability[] | undefined;
  /** Undefined likewise. */
  readonly local: { readonly tampered: boolean; readonly powerFailed: boolean } | undefined;
  /** Does it say that it can use the secure channel? One that tells nothing in the clear surely does. */
  readonly offersChannel: boolean;
}

export interface DiscoveryOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly clock: Clock;
  /** All of them where nothing is said: that takes half a minute on an empty line. */
  readonly addresses?: readonly number[];
  readonly onReader?: (reader: DiscoveredReader) => void;
}

/**
 * Who answers on a line that nobody else uses meanwhile: readers that are in service lose their channel by being asked.
 * @throws Fault `reader` where the port cannot be opened, or is lost.
 */
export async function discoverReaders(options: DiscoveryOptions): Promise<DiscoveredReader[]> {
  const { path, baudRate, clock, onReader } = options;
  const addresses = options.addresses ?? Array.from({ length: ADDRESS_MAX + 1 }, (_, address) => address);
  const line = await Exchange.open({ path, baudRate, clock, faults: 'reader', gapMs: GAP_MS });
  try {
    if (line.fault !== undefined) throw line.fault;
    const found: DiscoveredReader[] = [];
    for (const address of addresses) {
      const reader = await readerAt(line, address);
      if (reader === undefined) continue;
      found.push(reader);
      onReader?.(reader);
    }
    return found;
  } finally {
    await line.close();
  }
}

async function readerAt(line: Exchange, address: number): Promise<DiscoveredReader | undefined> {
  const who = await ask(line, { address, kind: 'identify', sequence: 0 });
  if (who === undefined) return undefined;
  const can = await ask(line, { address, kind: 'capabilities', sequence: 1 });
  const capabilities = can?.kind === 'capabilities' ? can.capabilities : undefined;
  const is = await ask(line, { address, kind: 'local-status', sequence: 2 });
  return {
    address,
    identity: who.kind === 'identity' ? who.identity : undefined,
    capabilities,
    local: is?.kind === 'local' ? is : undefined,
    offersChannel:
      capabilities === undefined ||
      capabilities.some(({ code, level }) => code === CAPABILITY.security && (level & 1) !== 0),
  };
}

const ASKS = { identify: 'who it is', capabilities: 'what it can', 'local-status': 'how it is' } as const;

interface Asks {
  readonly address: number;
  readonly kind: keyof typeof ASKS;
  readonly sequence: Sequence;
}

/** The reader's answer, a refusal among them; undefined where nobody answers. */
async function ask(line: Exchange, { address, kind, sequence }: Asks): Promise<Reply | undefined> {
  const hear = (heard: Uint8Array): Reply | undefined => {
    const frames = new FrameParser().feed(heard);
    const frame = frames.find((one) => one.reply && one.address === address);
    return frame && decodeReply(frame.payload);
  };
  const bytes = encodeFrame({ address, reply: false, sequence, check: 'crc' }, encodeCommand({ kind }));
  try {
    const thing = `the reader at address ${address}`;
    return await line.ask({ thing, asks: ASKS[kind], bytes, hear, withinMs: ANSWER_MS_MAX, tries: 1 });
  } catch (thrown) {
    if (thrown instanceof NoAnswer) return undefined;
    throw thrown;
  }
}
