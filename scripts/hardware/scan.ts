import { Fault } from '#core/kernel/fault.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import { Exchange, NoAnswer, type Question } from '#drivers/serial/exchange.ts';
import { listPorts, type FoundPort } from '#drivers/serial/listPorts.ts';
import { result, type Result } from '../report.ts';
import type { ScanArguments } from './arguments.ts';
import { PROBE_MS, PROBE_TRIES, probesFor, type Asking, type Probe } from './probes.ts';

/** Looks at every port, and at those given by hand; asks nothing that moves anything. */
export async function scan(options: ScanArguments, clock: Clock): Promise<readonly Result[]> {
  const listed = await listPorts();
  const given = options.ports.map((path): FoundPort => ({ path, maker: '' }));
  const known = new Set(options.ports);
  const ports = [...given, ...listed.filter(({ path }) => !known.has(path))];
  if (ports.length === 0) {
    const note = 'no serial port is there; is the adapter plugged in? A port can be named with --port';
    return [result('ports', { ok: false, value: 0, note })];
  }
  const results: Result[] = [];
  const probes = probesFor(options);
  for (const port of ports) results.push(await lookAt(port, probes, clock));
  return results;
}

async function lookAt({ path, maker }: FoundPort, probes: readonly Probe[], clock: Clock): Promise<Result> {
  const plugged = maker === '' ? '' : `${maker}; `;
  try {
    for (const probe of probes) {
      const found = await putTo(path, probe, clock);
      if (found !== undefined) return result(path, { value: found, note: maker === '' ? null : maker });
    }
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return result(path, { ok: false, value: thrown.found, note: `${plugged}expected ${thrown.expected}` });
  }
  const asked = probes.map(({ looksFor }) => looksFor).join(', ');
  const note = `${plugged}asked for ${asked}. LCUS boards answer nothing: try them with hardware test`;
  return result(path, { value: 'no answer', note });
}

/** @throws Fault where the port cannot be opened or is lost. */
async function putTo(path: string, probe: Probe, clock: Clock): Promise<string | undefined> {
  const exchange = await Exchange.open({ path, baudRate: probe.baudRate, clock, faults: 'command' });
  try {
    if (exchange.fault !== undefined) throw exchange.fault;
    return await probe.ask(askingOn(exchange));
  } finally {
    await exchange.close();
  }
}

function askingOn(exchange: Exchange): Asking {
  const put = async <Answer>(question: Pick<Question<Answer>, 'bytes' | 'hear' | 'withinMs' | 'tries'>) => {
    try {
      return await exchange.ask({ thing: 'whoever is there', asks: 'who it is', ...question });
    } catch (thrown) {
      if (thrown instanceof NoAnswer) return undefined;
      throw thrown;
    }
  };
  return {
    ask: (bytes, hear) => put({ bytes, hear, withinMs: PROBE_MS, tries: PROBE_TRIES }),
    tell: (bytes) => exchange.tell(bytes),
    listen: async (bytes, forMs) => {
      let all: Uint8Array = new Uint8Array(0);
      const hear = (heard: Uint8Array): undefined => void (all = heard.slice());
      await put({ bytes, hear, withinMs: millis(forMs), tries: 1 });
      return all;
    },
  };
}
