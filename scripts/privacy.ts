import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { Json } from '#core/kernel/json.ts';
import type { RecordKeyState } from '#core/privacy/deletion.ts';
import type { SignedReceipt } from '#core/privacy/receipt.ts';
import { PURGED_TYPES } from '#core/privacy/retention.ts';
import { askGate } from '#service/control/askGate.ts';
import { SignedReceiptShape } from '#storage/keys/receipts.ts';
import { result, runCommand, type Arguments, type Result } from './report.ts';

const USAGE = `one of
  privacy find NAME             who is called that; - reads the name from standard input. The look itself is recorded
  privacy withdraw PERSON       the face opens nothing from now on, and its templates are gone with every copy
  privacy erase PERSON          the person opens nothing from now on, and is erased when the last legal minimum ends
  privacy revoke CREDENTIAL     a lost card opens nothing from now on, whatever a backup says
  privacy receipt PERSON        the receipt once more, with what is known by now
  privacy receipt-again FILE    the same from the receipt itself, where nothing else is left of the person
  privacy forecast [DAYS]       what will be removed within so many days, without names; 7 without a number
  privacy purge                 remove now what is due
  privacy confirm-clock         the wall clock is right: what was held because it jumped goes on
with --data FOLDER of a gate that works, --to FILE for the receipt, --json. People and credentials by their ids.`;

/** Of the gate that `npm start` runs. */
const DATA = 'data/simulated';
const FORECAST_DAYS = 7;
const OWN_FILE = 0o600;

const unusable = (found: string): Fault => new Fault('command', { thing: 'privacy', found, expected: USAGE });

const Found = z.array(
  z.strictObject({
    pseudonym: z.string(),
    name: z.string(),
    relation: z.string(),
    validUntil: z.number(),
    hasFace: z.boolean(),
    credentials: z.array(z.strictObject({ id: z.string(), kind: z.enum(['card', 'pin']) })),
  }),
);
const Forecasts = z.array(z.strictObject({ type: z.enum(PURGED_TYPES), count: z.number(), from: z.number() }));
const Purged = z.strictObject({
  kind: z.enum(['done', 'held', 'failed']),
  removed: z.partialRecord(z.enum(PURGED_TYPES), z.number()),
});

interface Given {
  readonly to: string | undefined;
  /** What follows the command, or `otherwise`. @throws Fault `command` where there is neither */
  readonly word: (otherwise?: string) => string;
}

type Command = (ask: (command: string, given: Json) => Promise<Json>, given: Given) => Promise<readonly Result[]>;

const COMMANDS: Readonly<Record<string, Command>> = {
  async find(ask, { word }) {
    const name = word() === '-' ? readFileSync(0, 'utf8').trim() : word();
    const found = Found.parse(await ask('privacy-find', { name }));
    return [...found.flatMap(resultsOf), result('found', { value: found.length, unit: 'people' })];
  },
  withdraw: async (ask, given) => receiptResults(await ask('privacy-withdraw', { person: given.word() }), given),
  erase: async (ask, given) => receiptResults(await ask('privacy-erase', { person: given.word() }), given),
  revoke: async (ask, given) => receiptResults(await ask('privacy-revoke', { credential: given.word() }), given),
  receipt: async (ask, given) => receiptResults(await ask('privacy-receipt', { person: given.word() }), given),
  'receipt-again': async (ask, given) =>
    receiptResults(await ask('privacy-receipt-again', { receipt: readReceipt(given.word()) }), given),
  async forecast(ask, { word }) {
    const count = word(String(FORECAST_DAYS));
    if (!/^\d{1,4}$/.test(count)) throw unusable(`${count}, which is no number of days`);
    const forecasts = Forecasts.parse(await ask('privacy-forecast', { days: Number(count) }));
    if (forecasts.length === 0) return [result('nothing', { note: `within ${count} days` })];
    return forecasts.map(({ type, count: how, from }) =>
      result(type, { value: how, note: `from ${new Date(from).toISOString()} on` }),
    );
  },
  async purge(ask) {
    const { kind, removed } = Purged.parse(await ask('privacy-purge', {}));
    const counts = PURGED_TYPES.flatMap((type) =>
      removed[type] === undefined ? [] : [result(type, { value: removed[type] })],
    );
    return [...counts, result('purge', { ok: kind === 'done', value: kind })];
  },
  async 'confirm-clock'(ask) {
    const confirmed = z.number().parse(await ask('privacy-confirm-clock', {}));
    return [result('clock', { value: new Date(confirmed).toISOString(), note: 'confirmed' })];
  },
};

async function privacy({ rest }: Arguments): Promise<{ results: readonly Result[] }> {
  const { values, positionals } = parsed(rest);
  const [name = 'no command', word, ...others] = positionals;
  const command = COMMANDS[name];
  if (command === undefined || others.length > 0) throw unusable(rest.join(' ') || name);
  const { data = DATA, to } = values;
  if (to !== undefined && existsSync(to)) throw unusable(`--to ${to}, which is there already`);
  const given = {
    to,
    word: (otherwise?: string) => {
      const found = word ?? otherwise;
      if (found === undefined) throw unusable(`${name} without whom or what`);
      return found;
    },
  };
  return { results: await command((asked, what) => askOn(data, asked, what), given) };
}

function parsed(args: readonly string[]) {
  try {
    const options = { data: { type: 'string' }, to: { type: 'string' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw unusable(messageOf(error));
  }
}

async function askOn(data: string, command: string, given: Json): Promise<Json> {
  const answer = await askGate(data, command, given);
  if (answer !== undefined) return answer;
  const expected = 'one that runs: what people ask for holds at the door at once';
  throw new Fault('command', { thing: data, found: 'no gate that works on it', expected });
}

const resultsOf = ({ pseudonym, name, relation, validUntil, hasFace, credentials }: z.infer<typeof Found>[number]) => [
  result(pseudonym, {
    value: name,
    note: `${relation}, valid until ${dateOf(validUntil)}, ${hasFace ? 'with a face' : 'without a face'}`,
  }),
  ...credentials.map(({ id, kind }) => result(id, { value: kind, note: `of ${pseudonym}` })),
];

/** A moment that no calendar holds is for ever. */
const dateOf = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : 'further notice');

function receiptResults(answer: Json, { to }: Given): Result[] {
  const signed = SignedReceiptShape.parse(answer);
  const text = JSON.stringify(signed, undefined, 2);
  if (to !== undefined) writeFileSync(to, `${text}\n`, { mode: OWN_FILE, flag: 'wx' });
  const value = to === undefined ? JSON.stringify(signed) : to;
  return [result('receipt', { value, note: saysOf(signed) })];
}

function saysOf({ receipt }: SignedReceipt): string {
  if (receipt.kind === 'revocation') return `revoked ${dateOf(receipt.revokedAt)}`;
  const { biometricKeyDestroyedAt, recordKey, escrow } = receipt;
  const pending = escrow.filter(({ state }) => state === 'pending').map(({ place }) => place);
  const places = pending.length === 0 ? '' : `; pending in ${pending.join(', ')}`;
  return `face destroyed ${dateOf(biometricKeyDestroyedAt)}, records ${recordsOf(recordKey)}${places}`;
}

function recordsOf(key: RecordKeyState): string {
  if (key.kind === 'in-use') return 'in use';
  return key.kind === 'restricted' ? `restricted until ${dateOf(key.until)}` : `destroyed ${dateOf(key.at)}`;
}

/** As it was written; the gate looks at what it says. */
function readReceipt(file: string): Json {
  try {
    return z.json().parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Fault('command', {
      thing: file,
      found: messageOf(error),
      expected: 'a receipt as the terminal gave it out',
    });
  }
}

await runCommand('privacy', privacy);
