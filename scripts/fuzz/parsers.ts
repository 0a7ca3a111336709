import { fuzzConfiguration } from './configuration.ts';
import { fuzzOsdp } from './osdp.ts';
import { fuzzPasses } from './passes.ts';
import { fuzzCardFormat, fuzzPn532, fuzzRdm6300, fuzzWiegand } from './readers.ts';
import { fuzzKmtronic, fuzzLcus, fuzzModbus, fuzzNumato } from './relays.ts';
import { fuzzWedge } from './wedge.ts';

/**
 * Puts a parser on trial with so many cases from a seed. @throws where it breaks a promise; the message has case and seed
 * @returns the number of cases run
 */
export type Fuzz = (cases: number, seed: number) => number;

/** Everything that reads what comes from outside, by name. */
export const PARSERS: Readonly<Record<string, Fuzz>> = {
  lcus: fuzzLcus,
  modbus: fuzzModbus,
  kmtronic: fuzzKmtronic,
  numato: fuzzNumato,
  rdm6300: fuzzRdm6300,
  pn532: fuzzPn532,
  wiegand: fuzzWiegand,
  'card-format': fuzzCardFormat,
  wedge: fuzzWedge,
  pass: fuzzPasses,
  osdp: fuzzOsdp,
  configuration: fuzzConfiguration,
};

/** The part of an equal share that a parser gets: reading a configuration takes a thousand times as long as a frame. */
export const SHARE: Readonly<Record<string, number>> = { configuration: 0.02 };
