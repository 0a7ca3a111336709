import { formatsNamed } from './hardwareSection.ts';
import type { Flaw } from './hardwareFlaws.ts';
import type { ConfigFile } from './schema.ts';

type KeyboardReader = Extract<ConfigFile['readers'][number], { driver: 'keyboard' }>;

/** What is wrong with readers that type, at the one screen that hears keys. */
export const keyboardFlaws = (file: ConfigFile): readonly Flaw[] => [...placeFlaws(file), ...textFlaws(file)];

const keyboards = (file: ConfigFile): { index: number; reader: KeyboardReader }[] =>
  file.readers.flatMap((reader, index) => (reader.driver === 'keyboard' ? [{ index, reader }] : []));

function placeFlaws(file: ConfigFile): Flaw[] {
  const [first, ...others] = keyboards(file);
  const kiosk = file.kiosk['access-point'];
  const twice = others.map(({ index, reader }) => ({
    path: ['readers', index, 'driver'],
    found: `${reader.id} beside ${first?.reader.id}`,
    expected: 'one reader that types: at a screen nobody can tell which of two it was',
  }));
  const names = new Set<string>(keyboards(file).map(({ reader }) => reader.id));
  const elsewhere = file['access-points'].flatMap(({ id, reader }, index) =>
    reader.driver === 'named' && names.has(reader.name) && id !== kiosk
      ? [
          {
            path: ['access-points', index, 'reader'],
            found: `${reader.name}, a reader that types, at ${id}`,
            expected: `it at ${kiosk}, where the screen is that hears its keys`,
          },
        ]
      : [],
  );
  return [...twice, ...elsewhere];
}

function textFlaws(file: ConfigFile): Flaw[] {
  return keyboards(file).flatMap(({ index, reader }): Flaw[] => {
    const { text, formats } = reader;
    const path = ['readers', index, 'text', 'bits'];
    if (text['last-byte-first'] && text.bits % 8 !== 0)
      return [{ path, found: `${text.bits}`, expected: 'whole bytes, where the last of them comes first' }];
    const lengths = new Set(formats.flatMap((name) => formatsNamed(name, file)).map(({ bits }) => bits));
    if (lengths.size === 0 || lengths.has(text.bits)) return [];
    return [
      { path, found: `${text.bits}`, expected: `as many bits as one of its formats: ${[...lengths].join(', ')}` },
    ];
  });
}
