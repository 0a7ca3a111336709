import { KEY_BYTES, keyObject } from '#storage/vault/derivedKeys.ts';
import { BlockKeys } from '#storage/keys/blockFile.ts';
import { KeyBlock, BLOCK_BYTES } from '#storage/keys/keyBlock.ts';
import { unseal } from '#storage/vault/seal.ts';
import type { Image, KeyRow } from './images.ts';

/** Every key that somebody can have: those given, and what each opens, until nothing more opens. Hex. */
export function keysInExistence(given: readonly Uint8Array[], images: readonly Image[]): Set<string> {
  const rows = distinct(images.flatMap(({ keyRows }) => keyRows));
  const keys = new Set(given.map(hex));
  const untried = [...keys];
  for (let key = untried.pop(); key !== undefined; key = untried.pop()) {
    for (const row of rows) {
      for (const found of opened(row, Buffer.from(key, 'hex'))) {
        if (keys.has(found)) continue;
        keys.add(found);
        untried.push(found);
      }
    }
  }
  return keys;
}

function opened(row: KeyRow, key: Buffer): string[] {
  const place = row.kind === 'block' ? ['key block', row.block, row.format] : ['key list', row.generation, row.format];
  const bytes = unseal(keyObject(key), ['', ...place].slice(1) as [string, number, number], row.sealed);
  if (bytes === undefined) return [];
  if (row.kind === 'list') {
    const list = BlockKeys.decode(bytes);
    return list.blocks().map((block) => hex(list.get(block) ?? Buffer.alloc(KEY_BYTES)));
  }
  if (bytes.length !== BLOCK_BYTES) return [];
  const block = new KeyBlock(bytes);
  return (['biometric', 'record'] as const).flatMap((kind) => [...block.keys(kind)].map(([, found]) => hex(found)));
}

const distinct = (rows: readonly KeyRow[]): KeyRow[] => [
  ...new Map(rows.map((row) => [row.sealed.toString('base64'), row])).values(),
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
