import { stat } from 'node:fs/promises';
import { Fault, messageOf, type FaultCode } from '#core/kernel/fault.ts';

/** What the operating system says when a port cannot be opened, and what that means to whoever is to mend it. */
const REASONS: readonly (readonly [says: RegExp, found: string, expected: string])[] = [
  [/no such file|ENOENT/i, 'nothing there', 'a serial port; is the board plugged in?'],
  [
    /cannot lock port|EBUSY|device or resource busy/i,
    'a port that another program holds',
    'a port that nobody else has open',
  ],
  [/permission denied|EACCES|EPERM/i, 'a port that this account may not open', 'an account in the group dialout'],
  [/inappropriate ioctl|ENOTTY|not a tty/i, 'something that is no serial port', 'a serial port'],
];

/** Why `path` could not be opened, as a fault that names it. */
export function openFault(code: FaultCode, path: string, thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  const says = messageOf(thrown);
  const [, found, expected] = REASONS.find(([pattern]) => pattern.test(says)) ?? [undefined, says, 'a serial port'];
  return new Fault(code, { thing: path, found, expected }, thrown);
}

/**
 * Looks before opening, since opening a pipe would wait and opening a plain file would succeed on some systems.
 * @throws Fault naming the path.
 */
export async function checkIsDevice(code: FaultCode, path: string): Promise<void> {
  const found = await stat(path).catch((thrown: unknown) => {
    throw openFault(code, path, thrown);
  });
  if (found.isCharacterDevice()) return;
  const what = found.isDirectory() ? 'a folder' : 'a file that is no device';
  throw new Fault(code, { thing: path, found: what, expected: 'a serial port' });
}
