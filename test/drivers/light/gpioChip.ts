import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeLibrary, type NativeArgument } from '#platform/nativeLibrary.ts';
import { ROOT } from '../../tidy/house.ts';

/** A compiler on a busy machine. */
export const BUILD_MS_MAX = 60_000;
export const CHIP = '/dev/gpiochip0';

const SOURCES = join(ROOT, 'native/gpio/test');
const CHECKED = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wconversion', '-Werror'];

/** The made-up chip of native/gpio/test, held to the kernel's own header; and what that header says itself. */
export class GpioChip implements Disposable {
  readonly libc: NativeLibrary;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lintel-gpio-'));

  constructor() {
    const library = join(this.#folder, 'chip.so');
    this.#compile('chip.c', library, ['-fPIC', '-shared', '-fvisibility=hidden']);
    this.libc = new NativeLibrary(library);
  }

  /** Sizes, offsets and numbers of <linux/gpio.h>, as it is here. */
  layout(): unknown {
    const program = join(this.#folder, 'layout');
    this.#compile('layout.c', program, []);
    return JSON.parse(execFileSync(program, { encoding: 'utf8' }));
  }

  /** One chip that works, and nobody who holds any of its lines. */
  reset(): void {
    this.#call('chip_reset(void)');
  }

  unplug(isOut: boolean): void {
    this.#call('chip_unplug(int yes)', Number(isOut));
  }

  /** The chip's device may not be opened by this account. */
  deny(): void {
    this.#call('chip_deny(int yes)', 1);
  }

  /** The kernel is older than version 2 of the interface. */
  growOld(): void {
    this.#call('chip_before_v2(int yes)', 1);
  }

  /** As it can be measured at the pin. */
  level(line: number): 'high' | 'low' {
    return this.#call('chip_level(int line)', line) === 1 ? 'high' : 'low';
  }

  /** Somebody has left it there, and gone. */
  leave(line: number, level: 'high' | 'low'): void {
    this.#call('chip_leave(int line, int level)', line, level === 'high' ? 1 : 0);
  }

  isHeld(line: number): boolean {
    return this.#call('chip_held(int line)', line) === 1;
  }

  /** Another program takes the line. */
  take(line: number, consumer: string): void {
    this.#call('chip_take(int line, const uint8_t *consumer)', line, new TextEncoder().encode(`${consumer}\0`));
  }

  /** Files of the chip itself that are open. */
  get filesOpen(): number {
    return this.#call('chip_files_open(void)');
  }

  #call(definition: string, ...args: readonly NativeArgument[]): number {
    return this.libc.code(`int ${definition}`)(...args);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  #compile(source: string, out: string, options: readonly string[]): void {
    execFileSync('gcc', [...CHECKED, ...options, join(SOURCES, source), '-o', out], { stdio: 'pipe' });
  }
}
