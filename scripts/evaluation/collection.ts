import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#core/kernel/fault.ts';

export interface Identity {
  readonly name: string;
  /** Paths, in the order of their names; at least one. */
  readonly pictures: readonly string[];
}

/** Labelled pictures: people to enrol and to recognise, and people who must not be recognised. */
export interface Collection {
  readonly gallery: readonly Identity[];
  readonly impostors: readonly Identity[];
}

const PICTURE = /\.jpe?g$/i;

/**
 * Reads `folder`/gallery/<identity>/*.jpg and, where it is there, `folder`/impostors/<identity>/*.jpg.
 * @throws Fault `picture` for a folder that is missing, empty or holds something else
 */
export function readCollection(folder: string): Collection {
  if (!namesIn(folder).includes('gallery')) {
    throw new Fault('picture', { thing: folder, found: 'no folder gallery', expected: 'gallery/<identity>/*.jpg' });
  }
  const impostors = namesIn(folder).includes('impostors') ? identitiesIn(join(folder, 'impostors')) : [];
  const gallery = identitiesIn(join(folder, 'gallery'));
  const known = new Set(gallery.map(({ name }) => name));
  const both = impostors.find(({ name }) => known.has(name));
  if (both !== undefined) {
    const found = 'the same identity in the gallery';
    throw new Fault('picture', { thing: join(folder, 'impostors', both.name), found, expected: 'somebody else' });
  }
  return { gallery, impostors };
}

function identitiesIn(folder: string): readonly Identity[] {
  const identities = namesIn(folder).map((name) => ({ name, pictures: picturesIn(join(folder, name)) }));
  if (identities.length > 0) return identities;
  throw new Fault('picture', { thing: folder, found: 'nothing', expected: 'one folder for each identity' });
}

function picturesIn(folder: string): readonly string[] {
  const names = namesIn(folder);
  const other = names.find((name) => !PICTURE.test(name));
  if (names.length > 0 && other === undefined) return names.map((name) => join(folder, name));
  throw new Fault('picture', {
    thing: folder,
    found: other ?? 'nothing',
    expected: 'pictures named *.jpg, and nothing else',
  });
}

/** Names in order, without hidden files. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .toSorted();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    const found = code === 'ENOENT' ? 'no folder' : code === 'ENOTDIR' ? 'a file' : code;
    throw new Fault('picture', { thing: folder, found, expected: 'a folder' }, cause);
  }
}
