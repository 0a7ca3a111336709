import { randomBytes } from 'node:crypto';
import { openSync, closeSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { passText } from '#core/access/passText.ts';
import type { Pass } from '#core/access/pass.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import type { PassId, Pseudonym } from '#core/kernel/ids.ts';
import { wallTime } from '#core/kernel/units.ts';
import { QrDrawer } from '#service/qrDrawer.ts';
import { createEd25519Signer } from '#storage/keys/curveKeys.ts';
import { EXIT_UNUSABLE } from './report.ts';

const USAGE = `usage: npm run passes -- COMMAND
  new-key FILE                       make an issuer's key: its secret goes to FILE, for your account alone, its public
                                     key is printed, for passes.issuers of each gate that is to take its passes
  public-key FILE                    print the public key again
  issue --key FILE --pseudonym HEX --for SPAN [--once] [--svg FILE | --text]
                                     make out a pass from now on, for such as 90s, 10m, 8h; a text, or a drawing in FILE`;

const KEY_HEADER = 'lintel pass issuer 1 ';
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const unusable = (found: string): Fault => new Fault('command', { thing: 'passes', found, expected: USAGE });

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        pseudonym: { type: 'string' },
        for: { type: 'string' },
        once: { type: 'boolean', default: false },
        svg: { type: 'string' },
        text: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw unusable(messageOf(error));
  }
}

/** Never over a file that is there: it may be the key of passes that are under way. */
function newKey(file: string): void {
  const seed = randomBytes(32);
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, `${KEY_HEADER}${seed.toString('hex')}\n`);
  } finally {
    closeSync(handle);
  }
  console.log(publicKeyOf(seed));
  seed.fill(0);
}

const publicKeyOf = (seed: Uint8Array): string => Buffer.from(createEd25519Signer(seed).publicKey).toString('hex');

function readKey(file: string): Buffer {
  const text = readFileSync(file, 'utf8');
  const found = /^lintel pass issuer 1 ([0-9a-f]{64})\n$/.exec(text)?.[1];
  if (found === undefined)
    throw new Fault('key', { thing: file, found: 'something else', expected: 'a file that `new-key` has made' });
  return Buffer.from(found, 'hex');
}

function spanOf(text: string): number {
  const found = /^(\d{1,5})([smhd])$/.exec(text);
  const span = Number(found?.[1]) * (UNIT_MS[found?.[2] ?? ''] ?? Number.NaN);
  if (!(span > 0)) throw unusable(`--for ${text}`);
  return span;
}

async function issue({ key, pseudonym = '', for: span = '', once, svg }: ReturnType<typeof options>['values']) {
  if (key === undefined) throw unusable('no --key');
  if (!/^[0-9a-f]{32}$/.test(pseudonym)) throw unusable(`--pseudonym ${pseudonym}`);
  const from = Math.floor(Date.now() / 1_000) * 1_000;
  const pass: Pass = {
    id: randomBytes(16).toString('hex') as PassId,
    pseudonym: pseudonym as Pseudonym,
    validity: { from: wallTime(from), until: wallTime(from + spanOf(span)) },
    uses: once ? 'once' : 'while-valid',
  };
  const seed = readKey(key);
  const signer = createEd25519Signer(seed);
  seed.fill(0);
  const text = passText(pass, (content) => signer.sign(content));
  if (text === undefined) throw unusable(`--for ${span}`);
  if (svg === undefined) return console.log(text);
  const drawer = await QrDrawer.create();
  writeFileSync(svg, (await drawer.draw(text)).svg, { mode: 0o600 });
  console.log(`${svg}: pass ${pass.id}, valid until ${new Date(pass.validity.until).toISOString()}`);
}

try {
  const { values, positionals } = options();
  const [command, file] = positionals;
  if (command === 'new-key' && file !== undefined) newKey(file);
  else if (command === 'public-key' && file !== undefined) console.log(publicKeyOf(readKey(file)));
  else if (command === 'issue') await issue(values);
  else throw unusable(positionals.join(' ') || 'no command');
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = EXIT_UNUSABLE;
}
