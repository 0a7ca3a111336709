import type { Checkpoint } from '#core/journal/checkpoint.ts';
import { subjectHashOf, type ChainedRow } from './canonical.ts';
import type { EntryRow } from './journalTables.ts';

export const EXPORT_FORMS = ['jsonl', 'csv'] as const;
export type ExportForm = (typeof EXPORT_FORMS)[number];

export interface ExportTop {
  readonly journal: string;
  readonly first: number;
  readonly previous: string;
}

export interface ExportHead {
  readonly id: number;
  readonly hash: string;
  readonly checkpoint?: Checkpoint;
}

/** One line of an export, read back. */
export type ExportLine =
  | { readonly kind: 'entry'; readonly row: ChainedRow; readonly hash: string }
  | { readonly kind: 'top' | 'head'; readonly found: unknown };

interface Form {
  readonly top: (top: ExportTop) => string;
  readonly lineOf: (row: EntryRow) => string;
  readonly end: (head: ExportHead) => string;
  /** @throws Error for a line that is none of this form. */
  readonly parse: (line: string) => ExportLine;
}

const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
/** A subject that is gone leaves its hash, which base64 cannot look like. */
const GONE = 'sha256:';
const subjectOf = ({ subject, subjectHash }: EntryRow): string | undefined =>
  subject?.toString('base64') ?? (subjectHash === null ? undefined : `${GONE}${subjectHash.toString('hex')}`);
const placeOf = (event: string): string => {
  const parsed: unknown = JSON.parse(event);
  if (typeof parsed !== 'object' || parsed === null) return '';
  const place: unknown = Reflect.get(parsed, 'accessPoint') ?? Reflect.get(parsed, 'door');
  return typeof place === 'string' ? place : '';
};

const jsonLines: Form = {
  top: (top) => json({ top: { format: 'lintel journal', version: 1, ...top } }),
  // The event stands as it was hashed, which is JSON itself.
  lineOf: (row) => {
    const { id, at, simulated, version, event, hash } = row;
    const subject = subjectOf(row);
    const sealed = subject === undefined ? '' : `,"subject":"${subject}"`;
    return `{"id":${id},"at":${at},"simulated":${simulated === 1},"version":${version},"event":${event}${sealed},"hash":"${hash.toString('hex')}"}\n`;
  },
  end: (head) => json({ head }),
  parse: (line) => {
    const found: unknown = JSON.parse(line);
    if (typeof found !== 'object' || found === null) throw new Error('no object');
    if ('top' in found) return { kind: 'top', found: found.top };
    if ('head' in found) return { kind: 'head', found: found.head };
    const get = (name: string): unknown => Reflect.get(found, name);
    const fields = {
      id: get('id'),
      at: get('at'),
      simulated: get('simulated') === true ? 1 : 0,
      version: get('version'),
    };
    return entryLine({
      ...fields,
      event: JSON.stringify(get('event')),
      subject: get('subject') ?? '',
      hash: get('hash'),
    });
  },
};

const CSV_COLUMNS = 'id,at,time,simulated,version,kind,place,event,subject,hash';

const csv: Form = {
  top: (top) => `${CSV_COLUMNS}\ntop,,,,,,,${quoted(JSON.stringify(top))},,${top.previous}\n`,
  lineOf: (row) => {
    const event: unknown = JSON.parse(row.event);
    const kind = typeof event === 'object' && event !== null ? String(Reflect.get(event, 'kind')) : '';
    const time = new Date(row.at).toISOString();
    const place = quoted(placeOf(row.event));
    const cells = [
      row.id,
      row.at,
      time,
      row.simulated,
      row.version,
      kind,
      place,
      quoted(row.event),
      subjectOf(row) ?? '',
    ];
    return `${cells.join(',')},${row.hash.toString('hex')}\n`;
  },
  end: (head) => `head,,,,,,,${quoted(JSON.stringify(head))},,${head.hash}\n`,
  parse: (line) => {
    const [id = '', at, , simulated, version, , , event = '', subject, hash] = cellsOf(line);
    if (id === 'top' || id === 'head') return { kind: id, found: JSON.parse(event) };
    const fields = { id: Number(id), at: Number(at), simulated: Number(simulated), version: Number(version) };
    return entryLine({ ...fields, event, subject, hash });
  },
};

/** A spreadsheet takes a cell that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

const quoted = (text: string): string => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** No cell holds a line break: an event is JSON, which writes it as \n. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, text, plain]) =>
    text === undefined ? (plain ?? '') : text.replaceAll('""', '"'),
  );
}

function entryLine(
  found: Record<'id' | 'at' | 'simulated' | 'version' | 'event' | 'subject' | 'hash', unknown>,
): ExportLine {
  const { id, at, simulated, version, event, subject, hash } = found;
  if (typeof id !== 'number' || typeof at !== 'number' || typeof simulated !== 'number' || typeof version !== 'number')
    throw new Error('an entry without its numbers');
  if (typeof event !== 'string' || typeof subject !== 'string' || typeof hash !== 'string')
    throw new Error('an entry without its texts');
  return { kind: 'entry', row: { id, at, simulated, version, event, subjectHash: subjectHashIn(subject) }, hash };
}

function subjectHashIn(subject: string): Buffer | null {
  if (subject === '') return null;
  if (subject.startsWith(GONE)) return Buffer.from(subject.slice(GONE.length), 'hex');
  return subjectHashOf(Buffer.from(subject, 'base64'));
}

export const exportForms: Record<ExportForm, Form> = { jsonl: jsonLines, csv };
