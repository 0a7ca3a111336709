import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  readLintConfig,
  readManifest,
  readProjectConfig,
  readText,
  ROOT,
  roomsOf,
  sourcesUnder,
  specifiersOf,
  targetOf,
  type Room,
} from './house.ts';
import { lintRuleFor, trespasses } from './walls.ts';

const rooms = roomsOf(readText('ARCHITECTURE.md'));
describe('the import table', () => {
  it('has every room of app/, and no other', () => {
    const folders = readdirSync(join(ROOT, 'app')).filter((name) =>
      existsSync(join(ROOT, 'app', name, 'tsconfig.json')),
    );
    expect(rooms.map(({ name }) => name).toSorted()).toEqual(folders.toSorted());
  });

  it.each(rooms)('is what the compiler is told of $name', ({ name, imports, packages }) => {
    const config = readProjectConfig(`app/${name}/tsconfig.json`);
    const references = config.references.map(({ path }) => path.replace('../', ''));
    expect(references.toSorted()).toEqual([...imports].toSorted());
    if (packages.includes('node')) expect(config.compilerOptions.types).toContain('node');
  });

  it.each(['core', 'contract', 'terminal'])(
    'leaves %s without Node, without a page and without globals of its own',
    (name) => {
      const { types, lib } = readProjectConfig(`app/${name}/tsconfig.json`).compilerOptions;
      expect(types).toEqual([]);
      expect(lib ?? readProjectConfig('tsconfig.base.json').compilerOptions.lib).toEqual([
        'es2024',
        'esnext.disposable',
      ]);
    },
  );

  it('is what the whole build refers to', () => {
    const references = readProjectConfig('tsconfig.json').references.map(({ path }) => path);
    expect(references.toSorted()).toEqual([...rooms.map(({ name }) => `app/${name}`), 'scripts', 'test'].toSorted());
  });

  it('is what the linter is told', () => {
    const manifest = readManifest();
    const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]
      .filter((name) => !name.startsWith('@types/'))
      .toSorted();
    const told = readLintConfig().overrides.filter(({ rules }) => 'no-restricted-imports' in rules);
    expect(told).toEqual(rooms.map((room) => lintRuleFor(room, rooms, packages)));
  });

  it('is kept by every file of app/', () => {
    expect(trespasses(sourcesUnder('app'), rooms)).toEqual([]);
  });

  it('names no package that its room has ceased to use', () => {
    const files = sourcesUnder('app');
    const idle = rooms.flatMap(({ name, packages }) => {
      const used = new Set(
        files
          .filter(({ path }) => path.startsWith(`app/${name}/`))
          .flatMap(({ path, text }) => specifiersOf(text).map((specifier) => targetOf(path, specifier)))
          .map((target) => (target.kind === 'node' ? 'node' : target.name)),
      );
      return packages.filter((one) => !used.has(one)).map((one) => `${name}: ${one}`);
    });
    expect(idle).toEqual([]);
  });
});

describe('the check of imports', () => {
  const table: Room[] = roomsOf(
    [
      '| Room | Floor | May import | Packages |',
      '| --- | --- | --- | --- |',
      '| core | 1 | – | – |',
      '| drivers | 2 | core | serialport, node |',
      '',
      '| x |',
    ].join('\n'),
  );
  const found = (path: string, text: string): string[] => trespasses([{ path, text }], table);

  it('reads the table', () => {
    expect(table).toEqual([
      { name: 'core', imports: [], packages: [] },
      { name: 'drivers', imports: ['core'], packages: ['serialport', 'node'] },
    ]);
    expect(roomsOf('no table')).toEqual([]);
  });

  it.each([
    ['app/core/a.ts', "import { x } from '#drivers/x.ts';"],
    ['app/core/a.ts', "import '#drivers/x.ts';"],
    ['app/core/a.ts', "export * from '#drivers/x.ts';"],
    ['app/core/door/a.ts', "import { x } from '../../drivers/x.ts';"],
    ['app/core/a.ts', "const x = await import('#drivers/x.ts');"],
    ['app/core/a.ts', "import { readFileSync } from 'node:fs';"],
    ['app/core/a.ts', "import { SerialPort } from 'serialport';"],
    ['app/core/a.ts', "import {\n  x,\n} from 'serialport/lib';"],
    ['app/core/a.ts', "import { x } from '#core/x.ts';"],
    ['app/core/a.ts', "import { x } from '../attic/x.ts';"],
    ['app/drivers/a.ts', "const x = require('electron');"],
    ['app/drivers/a.ts', "new Worker(new URL('../contract/x.ts', import.meta.url));"],
    ['app/attic/a.ts', ''],
  ])('sees what is not allowed: %s with %s', (path, text) => {
    expect(found(path, text)).toHaveLength(1);
  });

  it.each([
    ['app/core/door/a.ts', "import { x } from '../kernel/x.ts';"],
    ['app/drivers/a.ts', "import { x } from '#core/x.ts';\nimport 'node:fs';\nimport type { P } from 'serialport';"],
    ['app/drivers/camera/a.ts', "import { x } from '../../core/x.ts';"],
    ['app/drivers/a.ts', "const words = 'taken from here';"],
  ])('lets pass what is: %s with %s', (path, text) => {
    expect(found(path, text)).toEqual([]);
  });

  it('would see a rule of the linter that was loosened', () => {
    const strict = lintRuleFor(table[0]!, table, ['serialport']);
    const loose = lintRuleFor({ ...table[0]!, packages: ['node'] }, table, ['serialport']);
    expect(JSON.stringify(strict)).not.toBe(JSON.stringify(loose));
  });
});
