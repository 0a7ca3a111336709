import * as z from 'zod/mini';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import { days } from '#core/privacy/retention.ts';
import { SignedReceiptShape } from '#storage/keys/receipts.ts';
import type { Terminal } from '#terminal/terminal.ts';
import { asJson, controlCommand, type ControlCommand } from './controlCommand.ts';

const randomId = <Id extends string>(): z.ZodMiniType<Id> =>
  z.custom<Id>((value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value), '32 lower-case hex digits');

const Nothing = z.strictObject({});
const Person = z.strictObject({ person: randomId<Pseudonym>() });
const Name = z.strictObject({ name: z.string().check(z.minLength(1), z.maxLength(200)) });
const Credential = z.strictObject({ credential: randomId<CredentialId>() });
const Receipt = z.strictObject({ receipt: SignedReceiptShape });
const Days = z.strictObject({ days: z.int().check(z.minimum(0), z.maximum(3_660)) });

/** What people may ask for, and what is kept no longer. People are named by pseudonym; a look at whose that is is recorded. */
export const privacyCommands = ({ rights, purge }: Pick<Terminal, 'rights' | 'purge'>): readonly ControlCommand[] => [
  controlCommand('privacy-find', {
    recorded: true,
    given: Name,
    run: async ({ name }) => asJson(await rights.find(name)),
  }),
  controlCommand('privacy-withdraw', {
    recorded: true,
    given: Person,
    run: async ({ person }) => asJson(await rights.withdraw(person)),
  }),
  controlCommand('privacy-erase', {
    recorded: true,
    given: Person,
    run: async ({ person }) => asJson(await rights.erase(person)),
  }),
  controlCommand('privacy-revoke', {
    recorded: true,
    given: Credential,
    run: async ({ credential }) => asJson(await rights.revoke(credential)),
  }),
  controlCommand('privacy-receipt', {
    recorded: true,
    given: Person,
    run: async ({ person }) => asJson(await rights.receipt(person)),
  }),
  controlCommand('privacy-receipt-again', {
    recorded: true,
    given: Receipt,
    run: async ({ receipt }) => asJson(await rights.receiptAgain(receipt)),
  }),
  controlCommand('privacy-forecast', {
    recorded: false,
    given: Days,
    run: async ({ days: count }) => asJson(await purge.forecastWithin(days(count))),
  }),
  controlCommand('privacy-purge', { recorded: true, given: Nothing, run: async () => asJson(await purge.run()) }),
  controlCommand('privacy-confirm-clock', { recorded: true, given: Nothing, run: () => purge.confirmClock() }),
];
