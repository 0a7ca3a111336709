import * as z from 'zod/mini';
import { Fault } from '#core/kernel/fault.ts';
import type { Json } from '#core/kernel/json.ts';

/** Something that whoever runs the gate may ask of it while it works. */
export interface ControlCommand {
  readonly name: string;
  /** Changes something, or shows what is kept of people: it is recorded before it is done. */
  readonly recorded: boolean;
  /** @throws Fault `command` for what it cannot take, and whatever it may throw itself. */
  run(given: unknown): Promise<Json>;
}

interface About<Given> {
  readonly recorded: boolean;
  readonly given: z.ZodMiniType<Given>;
  readonly run: (given: Given) => Promise<Json> | Json;
}

export function controlCommand<Given>(name: string, { recorded, given, run }: About<Given>): ControlCommand {
  return {
    name,
    recorded,
    async run(found) {
      const parsed = given.safeParse(found);
      if (parsed.success) return await run(parsed.data);
      const about = { thing: `command ${name}`, found: z.prettifyError(parsed.error), expected: 'what it takes' };
      throw new Fault('command', about);
    },
  };
}

/** As it looks on the line: without what is undefined. */
export const asJson = (value: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(value)));
