import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareZXingModule, writeBarcode, type WriterOptions } from 'zxing-wasm/writer';
import { Fault } from '#core/kernel/fault.ts';

/** The modules of a QR code, row by row, 0 for dark; and the same as a drawing with its quiet zone. */
export interface QrCode {
  readonly side: number;
  readonly modules: Uint8Array;
  readonly svg: string;
}

/** Draws QR codes, for commands, for the simulated gate and for tests: a gate that works draws none. */
export class QrDrawer {
  /** With its program out of its npm package: nothing is fetched from anywhere. */
  static async create(): Promise<QrDrawer> {
    const program = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/writer/zxing_writer.wasm')));
    await prepareZXingModule({
      overrides: { wasmBinary: Uint8Array.from(program).buffer },
      equalityFn: () => false,
      fireImmediately: true,
    });
    return new QrDrawer();
  }

  private constructor() {
    // Made by `create` alone, which has loaded what draws.
  }

  /** @param more options of the writer, such as `,eci=26` @throws Fault `picture` for a text that no QR code holds */
  async draw(text: string | Uint8Array, more = ''): Promise<QrCode> {
    const settings: WriterOptions = { format: 'QRCode', options: `ecLevel=M${more}`, scale: 1 };
    const { error, symbol } = await writeBarcode(text, { ...settings, addQuietZones: false });
    const { svg } = await writeBarcode(text, { ...settings, scale: SVG_SCALE, addQuietZones: true });
    if (error !== '' || symbol.width === 0)
      throw new Fault('picture', { thing: 'QR code', found: error || 'nothing drawn', expected: 'a shorter text' });
    return { side: symbol.width, modules: Uint8Array.from(symbol.data), svg };
  }
}

/** Pixels of a module in a drawing, which may be enlarged as one likes. */
const SVG_SCALE = 8;
