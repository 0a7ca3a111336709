import { describe, expect, it } from 'vitest';
import { readManifest, readText, sourcesUnder, trackedFiles } from './house.ts';
import { FILE_LINES_MAX, grantsBuilt, heavy, inexact, surrenders, tooLong, unfinished } from './promises.ts';

const app = sourcesUnder('app');
const everything = [...app, ...sourcesUnder('scripts', 'test')];
const one = (text: string, path = 'app/core/a.ts') => [{ path, text }];

describe('"granted"', () => {
  it('is said on one line only, the last of decide', () => {
    const found = grantsBuilt(app);
    expect(found).toHaveLength(1);
    const [path = '', line = '0'] = found[0]!.split(':');
    expect(path).toBe('app/core/access/decide.ts');
    const text = readText(path);
    const body = text.slice(text.indexOf('export function decide('));
    const last = body.slice(0, body.indexOf('\n}\n')).split('\n').at(-1);
    expect(text.split('\n')[Number(line) - 1]).toBe(last);
  });

  it.each([
    "return { kind: 'granted', holder };",
    "const d = { ...x, kind: 'granted' };",
    'x = {\n  kind: "granted" as const,\n  factors,\n}',
  ])('would be seen anywhere else: %s', (text) => {
    expect(grantsBuilt(one(text))).toHaveLength(1);
  });

  it.each([
    "type A = { readonly kind: 'granted'; readonly holder: string }",
    "step({ kind: 'granted', at })",
    "show({ kind: 'granted', by: 'card' })",
    "if (d.kind === 'granted') {}",
    "Extract<Screen, { kind: 'granted' | 'denied' }>",
  ])('is no decision in %s', (text) => {
    expect(grantsBuilt(one(text))).toEqual([]);
  });
});

describe('a probe', () => {
  it('becomes a template in enrolment alone', () => {
    expect(surrenders(app.filter(({ path }) => path !== 'app/core/biometrics/probe.ts'))).toEqual([
      'app/terminal/enrolment.ts',
    ]);
  });

  it.each(['probe.surrender()', "probe['surrender']()", 'const f = probe.surrender;'])(
    'would be seen surrendering: %s',
    (text) => {
      expect(surrenders(one(text))).toHaveLength(1);
    },
  );
});

describe('a file', () => {
  it('is no longer than a sitting', () => {
    expect(tooLong(everything)).toEqual([]);
  });

  it('that is one line too long is told, and its last newline does not count', () => {
    expect(tooLong(one('x\n'.repeat(FILE_LINES_MAX)))).toEqual([]);
    expect(tooLong(one('x\n'.repeat(FILE_LINES_MAX + 1)))).toEqual([`app/core/a.ts: ${FILE_LINES_MAX + 1} lines`]);
  });

  it('leaves nothing undone and no test out', () => {
    // These two files speak of such things.
    const others = everything.filter(({ path }) => !path.startsWith('test/tidy/promises'));
    expect(unfinished(others)).toEqual([]);
  });

  it.each([
    '// TODO: later',
    '/* FIXME */',
    "it.skip('x', f)",
    "describe.only('x', f)",
    "it.concurrent.skip('x')",
    "test.todo('x')",
    "it.runIf(x)('y', f)",
  ])('that does is told (%#)', (text) => {
    expect(unfinished(one(`ok\n${text}`))).toEqual(['app/core/a.ts:2']);
  });

  it('may speak of skipping', () => {
    expect(unfinished(one("it('is not skipped', f); lines.skip(1);"))).toEqual([]);
  });
});

describe('the repository', () => {
  it('has no model, picture, film or database', () => {
    expect(heavy(trackedFiles())).toEqual([]);
  });

  it.each(['models/a.onnx', 'test/face.JPG', 'a.png', 'b.y4m', 'data/people.db'])('would not take %s', (path) => {
    expect(heavy([path, 'app/core/a.ts', 'signage/sign.svg'])).toEqual([path]);
  });

  it('names every package by its exact version', () => {
    expect(inexact(readManifest())).toEqual([]);
    expect(readText('.npmrc')).toContain('ignore-scripts=true');
  });

  it.each(['^1.2.3', '~1.2.3', '1.2', '*', 'latest', 'git+https://example.org/x', 'npm:other@^1.0.0', 'file:../x'])(
    'would not take %s',
    (version) => {
      expect(
        inexact({ dependencies: { other: version, good: '1.2.3', alias: 'npm:@scope/good@1.2.3-rc.1' } }),
      ).toHaveLength(1);
    },
  );

  it('has a lock file without the address of any registry', () => {
    const lock = readText('package-lock.json');
    expect(lock).not.toContain('"resolved"');
    expect(lock).not.toMatch(/https?:\/\/[^"]*\.tgz/);
    expect(lock.match(/"integrity": "sha512-/g)?.length).toBeGreaterThan(50);
  });
});
