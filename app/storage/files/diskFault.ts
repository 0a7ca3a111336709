import { Fault, messageOf, type FaultCode } from '#core/kernel/fault.ts';

const EXPLANATIONS: readonly (readonly [code: string, found: string, expected: string])[] = [
  ['SQLITE_FULL', 'no room left on the disk', 'room for one more write; nothing of this one was kept'],
  ['SQLITE_BUSY', 'in use by another program', 'a file that only this gate uses'],
  ['SQLITE_NOTADB', 'not a database under this key', 'a file of this data folder, undamaged'],
  ['SQLITE_CORRUPT', 'a damaged page', 'pages as this gate wrote them: restore the file from a backup'],
  ['SQLITE_READONLY', 'a file that cannot be written', 'a file that this account may write'],
  ['SQLITE_CANTOPEN', 'a file that cannot be opened', 'a file that this account may open'],
  ['SQLITE_IOERR', 'a disk that does not read or write', 'a working disk'],
  [
    'SQLITE_CONSTRAINT',
    'an id that is stored already, or a template without its consent',
    'new ids that belong together',
  ],
];

/** What SQLite or the file system threw, as a fault that names the file. Anything else passes through as it is. */
export function diskFault(code: FaultCode, file: string, error: unknown): unknown {
  const name = sqliteCode(error);
  if (name === undefined && isSystemError(error)) {
    return new Fault(
      code,
      { thing: file, found: error.message, expected: 'a disk with room that this account may write' },
      error,
    );
  }
  if (name === undefined) return error;
  const known = EXPLANATIONS.find(([prefix]) => name.startsWith(prefix));
  const [found, expected] = known === undefined ? [messageOf(error), 'a working database'] : [known[1], known[2]];
  return new Fault(code, { thing: file, found: `${found} (${name})`, expected }, error);
}

const isSystemError = (error: unknown): error is Error =>
  error instanceof Error && 'errno' in error && 'syscall' in error;

export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code.startsWith('SQLITE_') ? error.code : undefined;
}
