import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import type { ReaderId } from '#core/kernel/ids.ts';
import { millis } from '#core/kernel/units.ts';
import { CABLE_WARNING } from '#drivers/reader/osdp/install.ts';
import type { Hardware } from '../hardware.ts';
import { controlCommand, type ControlCommand } from './controlCommand.ts';

const MINUTE_MS = 60_000;
const MINUTES_MAX = 10;

const Nothing = z.strictObject({});
const Install = z.strictObject({
  reader: z.custom<ReaderId>((value) => typeof value === 'string' && value.length <= 40, 'the name of a reader'),
  minutes: z.int().check(z.minimum(1), z.maximum(MINUTES_MAX)),
  understood: z.boolean(),
});

/** OSDP readers of a gate that works. A reader gets a key by order of somebody who has read what can be overheard meanwhile. */
export const readerCommands = (
  readers: Pick<Hardware, 'installedReaders' | 'installReader'>,
): readonly ControlCommand[] => [
  controlCommand('readers', {
    recorded: false,
    given: Nothing,
    run: () =>
      readers.installedReaders.map(({ id, line, address, link, identity, alarms }) => ({
        reader: id,
        line,
        address,
        link,
        ...(identity === undefined ? {} : { vendor: identity.vendor, model: identity.model, serial: identity.serial }),
        alarms: [...alarms],
      })),
  }),
  controlCommand('reader-install', {
    recorded: true,
    given: Install,
    run: async ({ reader, minutes, understood }) => {
      if (!understood) {
        const found = 'nobody who has read the warning';
        throw new Fault('command', {
          thing: `installation of ${reader}`,
          found,
          expected: `"understood" of: ${CABLE_WARNING}`,
        });
      }
      await readers.installReader(reader, millis(minutes * MINUTE_MS));
      return null;
    },
  }),
];
