import { specifiersOf, targetOf, type Room, type SourceFile } from './house.ts';

/** Every import that the table does not allow, told in a sentence. */
export function trespasses(files: readonly SourceFile[], rooms: readonly Room[]): string[] {
  const table = new Map(rooms.map((room) => [room.name, room]));
  return files.flatMap(({ path, text }) => {
    const room = table.get(path.split('/')[1] ?? '');
    if (room === undefined) return [`${path} lies in a room that the table does not have`];
    return specifiersOf(text).flatMap((specifier) => {
      const why = whyForbidden(path, specifier, room);
      return why === undefined ? [] : [`${path}: '${specifier}' ${why}`];
    });
  });
}

function whyForbidden(path: string, specifier: string, room: Room): string | undefined {
  const target = targetOf(path, specifier);
  switch (target.kind) {
    case 'own':
      return undefined;
    case 'node':
      return room.packages.includes('node') ? undefined : `is Node, which ${room.name} knows nothing of`;
    case 'package':
      return room.packages.includes(target.name) ? undefined : `is a package that ${room.name} does not use`;
    case 'room':
      if (target.name === room.name) return 'is of its own room, which is reached by a relative path';
      return room.imports.includes(target.name) ? undefined : `is in a room that ${room.name} does not import`;
  }
}

/** The rule that keeps one room in its place while a file is being written; the same table, for the linter. */
export function lintRuleFor(room: Room, rooms: readonly Room[], packages: readonly string[]): unknown {
  const foreign = rooms.map(({ name }) => name).filter((name) => name !== room.name && !room.imports.includes(name));
  const unused = packages.filter((name) => !room.packages.includes(name));
  const patterns = [
    {
      regex: `^(#|(\\.\\./)+)(${foreign.join('|')})/`,
      message: `ARCHITECTURE.md: ${room.name} does not import this room.`,
    },
    {
      regex: `^(${unused.map((name) => name.replaceAll('.', '\\.')).join('|')})(/|$)`,
      message: `ARCHITECTURE.md: ${room.name} does not use this package.`,
    },
  ];
  if (!room.packages.includes('node')) {
    patterns.push({ regex: '^node:', message: `ARCHITECTURE.md: ${room.name} knows nothing of Node.` });
  }
  return { files: [`app/${room.name}/**`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}
