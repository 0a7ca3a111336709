import { parseOptions } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { createArgon2PinHasher } from '#storage/argon2PinHasher.ts';
import { FakePinHasher } from '../fakes/fakePinHasher.ts';
import { faultOf } from './support/faults.ts';

describe.each([
  ['memory', () => new FakePinHasher()],
  ['argon2id', () => createArgon2PinHasher()],
])('PINs hashed in %s', (_, make) => {
  it('the right PIN is right and every other one is wrong', async () => {
    const hasher = make();
    const hash = await hasher.hash('024680');
    expect(await hasher.verify(hash, '024680')).toBe(true);
    for (const wrong of ['024681', '02468', '0246800', '']) expect(await hasher.verify(hash, wrong)).toBe(false);
  });

  it('the same PIN of two people does not look the same', async () => {
    const hasher = make();
    expect(await hasher.hash('024680')).not.toBe(await hasher.hash('024680'));
  });

  it('no PIN opens the hash of nobody', async () => {
    const hasher = make();
    for (const pin of ['', '0000', '024680', '123456']) expect(await hasher.verify(hasher.dummyHash, pin)).toBe(false);
  });
});

describe('an argon2id hash', () => {
  it('is a PHC string that does not hold the PIN', async () => {
    const hash = await createArgon2PinHasher().hash('024680');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=5,p=1\$/);
    expect(hash).not.toContain('024680');
  });

  it('of nobody costs what one of somebody costs', async () => {
    const hasher = createArgon2PinHasher();
    expect(parseOptions(hasher.dummyHash)).toEqual(parseOptions(await hasher.hash('024680')));
  });

  it.each([
    ['memory for a whole machine', 'm=19456', 'm=4194304'],
    ['passes without end', 't=5', 't=4000000'],
    ['lanes without end', 'p=1', 'p=200'],
    ['another algorithm', 'argon2id', 'argon2d'],
    ['an old version', 'v=19', 'v=16'],
  ])('that asks for %s is refused before it is tried', async (_, from, to) => {
    const hasher = createArgon2PinHasher();
    const fault = await faultOf(() => hasher.verify(hasher.dummyHash.replace(from, to), '024680'), 'storage');
    expect(fault.message).not.toContain(hasher.dummyHash.split('$').at(-1));
  });

  it('that is none is refused, and so is an endless one or an endless PIN', async () => {
    const hasher = createArgon2PinHasher();
    for (const hash of ['', 'x', '$argon2id$', `${hasher.dummyHash}${'A'.repeat(1_000)}`]) {
      await faultOf(() => hasher.verify(hash, '024680'), 'storage');
    }
    await faultOf(() => hasher.verify(hasher.dummyHash, '0'.repeat(65)), 'command');
    await faultOf(() => hasher.hash('0'.repeat(65)), 'command');
  });
});
