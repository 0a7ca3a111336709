import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serviceCommand } from '#service/supervise/serviceProcess.ts';

const ROOT = '/opt/lintel';
const { file, args, env } = serviceCommand({ root: ROOT, args: ['--simulated'] });

test('the service runs on the Node that started it, with its own arguments last', () => {
  expect(file).toBe(process.execPath);
  expect(args.slice(-2)).toEqual([join(ROOT, 'app/service/start.ts'), '--simulated']);
});

test('every setting of the process stands before the program, where Node takes it for its own', () => {
  const settings = args.slice(0, -2);
  expect(settings).toEqual(['--max-semi-space-size=1']);
});

test('compiled code is kept between starts, and native memory in two areas', () => {
  expect(env['NODE_COMPILE_CACHE']).toBe(join(ROOT, 'build/compile-cache'));
  expect(env['MALLOC_ARENA_MAX']).toBe('2');
});

test('what the environment says besides reaches the service', () => {
  expect(env['PATH']).toBe(process.env['PATH']);
});
