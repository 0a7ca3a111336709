import { uidCard, type CardFormat } from '#core/access/cardFormat.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { CardReader } from '#core/ports/hardware.ts';
import { digits } from '../serial/hex.ts';
import { SerialLine } from '../serial/serialLine.ts';
import { Presence } from './presence.ts';
import { RDM6300_BAUD_RATE, Rdm6300Parser } from './rdm6300.ts';
import { ToldCards } from './toldCards.ts';
import { WIEGAND_BAUD_RATE, WiegandLines, type WiegandLineForm } from './wiegandLines.ts';

/** An RDM6300 that was silent for so long has no tag in its field. It repeats about every 70 ms. */
export const RDM6300_GONE_MS = millis(500);

/** A reader that speaks by itself and is never asked. Its line being whole is all that can be known of it. */
export interface ListeningReader extends CardReader {
  close(): Promise<void>;
}

interface ListeningReaderOptions {
  readonly accessPoint: AccessPointId;
  readonly path: string;
  readonly clock: Clock;
}

/** Resolves when the port was opened, or could not be: the reader is down then, and the port is tried again. */
export function openRdm6300(options: ListeningReaderOptions): Promise<ListeningReader> {
  const presence = new Presence(options.clock, RDM6300_GONE_MS);
  return openListening(options, RDM6300_BAUD_RATE, (told) => {
    const parser = new Rdm6300Parser();
    return {
      hear: (bytes) => {
        for (const found of parser.feed(bytes)) {
          if (found.kind === 'broken') told.misread('a tag whose sum is wrong', 'broken');
          else if (presence.isNew(digits(found.bytes))) told.card(uidCard(found.bytes));
        }
      },
      close: () => presence.clear(),
    };
  });
}

export interface WiegandReaderOptions extends ListeningReaderOptions {
  readonly form: WiegandLineForm;
  /** In the order in which they are tried. */
  readonly formats: readonly CardFormat[];
  readonly baudRate?: number;
}

/** As `openRdm6300`. */
export function openWiegandBridge(options: WiegandReaderOptions): Promise<ListeningReader> {
  return openListening(options, options.baudRate ?? WIEGAND_BAUD_RATE, (told) => {
    const lines = new WiegandLines(options.form);
    return {
      hear: (bytes) => {
        for (const found of lines.feed(bytes)) {
          if (found.kind === 'broken') told.misread(found.why, 'broken');
          else told.bits(found.bits, options.formats);
        }
      },
      close: () => undefined,
    };
  });
}

interface Ears {
  hear(bytes: Uint8Array): void;
  close(): void;
}

async function openListening(
  { accessPoint, path, clock }: ListeningReaderOptions,
  baudRate: number,
  earsFor: (told: ToldCards) => Ears,
): Promise<ListeningReader> {
  const told = new ToldCards(accessPoint, 'down');
  let ears = earsFor(told);
  const onBytes = (bytes: Uint8Array): void => ears.hear(bytes);
  const line = await SerialLine.open({ path, baudRate, clock, faults: 'reader', onBytes });
  if (line.link === 'up') told.linkIs('up', `${path} is open`);
  line.onLink((link, why) => {
    if (link === 'down') {
      // What was half said is never finished, and whoever was there is looked at anew.
      ears.close();
      ears = earsFor(told);
    }
    told.linkIs(link, why);
  });
  return Object.assign(told, {
    close: async () => {
      ears.close();
      await line.close();
      told.linkIs('down', `${path} was closed`);
    },
  });
}
