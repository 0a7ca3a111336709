import { Fault } from '#core/kernel/fault.ts';
import type { LibC, NativeAnswer, NativeFunction } from '#platform/nativeLibrary.ts';
import {
  chipInfoBytes,
  consumerOf,
  GPIO,
  lineFileOf,
  lineInfoBytes,
  lineRequestBytes,
  linesOf,
  valuesBytes,
} from './gpioAbi.ts';

export interface GpioPlace {
  /** The chip's device, `/dev/gpiochip0`. */
  readonly chip: string;
  /** From 0, as the chip counts them. */
  readonly line: number;
  /** The level at which it is active. */
  readonly active: 'high' | 'low';
}

/** What `gpioinfo` and the kernel's own messages call whoever holds the line. */
const CONSUMER = 'lintel';

/**
 * The system's calls. `open` and `ioctl` take what follows their fixed arguments as variadic ones do; on Linux, for
 * x86-64 and arm64 alike, an integer or a pointer lies in the same register either way, so that a plain prototype calls
 * them. (On Apple's arm64 it would not.) None of these waits for anybody: they are called on the event loop.
 */
export class GpioCalls {
  readonly open: NativeFunction;
  readonly ioctl: NativeFunction;
  readonly close: NativeFunction;

  constructor(libc: LibC) {
    this.open = libc.int('int open(const uint8_t *path, int flags)');
    this.ioctl = libc.int('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)');
    this.close = libc.int('int close(int fd)');
  }
}

/** One output line of a GPIO chip, held for this program alone until it is disposed of, or the program ends. */
export class GpioLine implements Disposable {
  readonly #calls: GpioCalls;
  readonly #name: string;
  readonly #file: number;

  private constructor(calls: GpioCalls, name: string, file: number) {
    this.#calls = calls;
    this.#name = name;
    this.#file = file;
  }

  /** Takes the line, which is inactive then. @throws Fault `light` that says why it cannot be had */
  static hold(place: GpioPlace, calls: GpioCalls): GpioLine {
    const opened = calls.open(new TextEncoder().encode(`${place.chip}\0`), GPIO.open.readWrite | GPIO.open.closeOnExec);
    if (opened.kind === 'failed') throw chipFault(place.chip, opened.errno);
    try {
      return new GpioLine(calls, nameOf(place), lineOn(opened.value, place, calls));
    } finally {
      // A line that is held needs its chip's file no more.
      calls.close(opened.value);
    }
  }

  /** @throws Fault `light` where the chip is gone, or fails */
  set(active: boolean): void {
    const answer = this.#calls.ioctl(this.#file, GPIO.setValues.request, valuesBytes(active));
    if (answer.kind === 'returned') return;
    const expected = 'a GPIO chip that does what it is told';
    throw new Fault('light', { thing: this.#name, found: gone(answer.errno), expected });
  }

  /** Gives the line back: what becomes of its level is the chip's business. */
  [Symbol.dispose](): void {
    this.#calls.close(this.#file);
  }
}

export const nameOf = ({ chip, line }: GpioPlace): string => `${chip} line ${line}`;

/** The file of the line, which the kernel gives out for it. */
function lineOn(chip: number, place: GpioPlace, calls: GpioCalls): number {
  const info = chipInfoBytes();
  const known = calls.ioctl(chip, GPIO.chipInfo.request, info);
  if (known.kind === 'failed') throw chipFault(place.chip, known.errno);
  const lines = linesOf(info);
  if (place.line >= lines) {
    const about = {
      thing: nameOf(place),
      found: `a chip with ${lines} lines`,
      expected: `a line from 0 to ${lines - 1}`,
    };
    throw new Fault('light', about);
  }
  const request = lineRequestBytes(place.line, place.active, CONSUMER);
  const given = calls.ioctl(chip, GPIO.lineRequest.request, request);
  if (given.kind === 'returned') return lineFileOf(request);
  throw lineFault(place, given.errno, () => holderOf(chip, place.line, calls));
}

function chipFault(chip: string, errno: string): Fault {
  const about = CHIP_TROUBLES[errno] ?? { found: gone(errno), expected: 'a GPIO chip' };
  return new Fault('light', { thing: chip, ...about });
}

const NO_CHIP = {
  found: 'a file that is no GPIO chip (ENOTTY)',
  expected: 'a GPIO chip, as `ls /dev/gpiochip*` lists them',
};
const CHIP_TROUBLES: Readonly<Record<string, { readonly found: string; readonly expected: string }>> = {
  ENOENT: { found: 'no such device (ENOENT)', expected: NO_CHIP.expected },
  EACCES: {
    found: 'no permission (EACCES)',
    expected: "the gate's account in the group that the device belongs to, as `ls -l` shows it",
  },
  ENOTTY: NO_CHIP,
};

function lineFault(place: GpioPlace, errno: string, holder: () => string): Fault {
  const thing = nameOf(place);
  switch (errno) {
    case 'EBUSY':
      return new Fault('light', {
        thing,
        found: `that ${holder()} has it (EBUSY)`,
        expected: 'a line that nobody else uses',
      });
    // A kernel that does not know a request answers in one of these two ways, by its age.
    case 'EINVAL':
    case 'ENOTTY': {
      const expected =
        'a kernel with version 2 of the GPIO interface (5.10 or later), and a line that may be an output';
      return new Fault('light', { thing, found: `a kernel that refuses (${errno})`, expected });
    }
    default:
      return new Fault('light', { thing, found: gone(errno), expected: 'a line that can be had as an output' });
  }
}

function holderOf(chip: number, line: number, calls: GpioCalls): string {
  const info = lineInfoBytes(line);
  const told: NativeAnswer = calls.ioctl(chip, GPIO.lineInfo.request, info);
  const consumer = told.kind === 'returned' ? consumerOf(info) : '';
  return consumer === '' ? 'another program' : `"${consumer}"`;
}

const gone = (errno: string): string => (errno === 'ENODEV' ? 'a chip that is gone (ENODEV)' : errno);
