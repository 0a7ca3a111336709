import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import { Fault, messageOf } from '#core/kernel/fault.ts';

/** Any access for group or others. */
const NOT_OWN = 0o077;

export interface OwnFile {
  /** What the file is, for whoever reads the fault: `key file /etc/lintel/master.key`. */
  readonly thing: string;
  readonly path: string;
  /** Its size, or one of those that it may have. */
  readonly bytes: number | readonly number[];
  readonly write?: boolean;
}

/**
 * Opens a file that holds a secret, does `act`, closes it.
 * @throws Fault `key` for a link, a file of another account, one that lets others in, or one of another size.
 */
export function withOwnFile<Result>(file: OwnFile, act: (handle: number) => Result): Result {
  const fault = (found: string, expected: string): Fault => new Fault('key', { thing: file.thing, found, expected });
  let handle: number;
  try {
    const access = file.write === true ? constants.O_RDWR : constants.O_RDONLY;
    handle = openSync(file.path, access | constants.O_NOFOLLOW);
  } catch (error) {
    const link = lstatSync(file.path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    throw fault(link ? 'a symbolic link' : messageOf(error), 'a file that this account may open');
  }
  try {
    checkOwn(file, fstatSync(handle), fault);
    return act(handle);
  } finally {
    closeSync(handle);
  }
}

function checkOwn(file: OwnFile, found: Stats, fault: (found: string, expected: string) => Fault): void {
  if (!found.isFile()) throw fault('no regular file', 'a file that holds a secret');
  const sizes = [file.bytes].flat();
  if (!sizes.includes(found.size)) throw fault(`${found.size} bytes`, `${sizes.join(' or ')} bytes`);
  if (found.uid !== process.getuid?.())
    throw fault(`a file of account ${found.uid}`, "a file of the gate's own account");
  if ((found.mode & NOT_OWN) === 0) return;
  const mode = (found.mode & 0o777).toString(8);
  throw fault(
    `mode ${mode}, which lets others in`,
    `mode 600: chmod 600 ${file.path}, and consider whether it is still secret`,
  );
}
