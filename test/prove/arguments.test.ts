import { describe, expect, it } from 'vitest';
import { readProveArguments } from '../../scripts/prove/arguments.ts';

const PROOFS = ['erasure', 'residue'];

describe('the command line of the proofs', () => {
  it('names proofs, a seed, and whose faces pass the gate', () => {
    const given = ['residue', '--faces', 'people', '--faces-count', '30', '--preview', 'mirror', '--seed', '5'];
    expect(readProveArguments(given, PROOFS)).toEqual({
      names: ['residue'],
      seed: 5,
      faces: 'people',
      facesCount: 30,
      preview: 'mirror',
    });
  });

  it('asks for everything where it names nothing', () => {
    expect(readProveArguments([], PROOFS)).toMatchObject({ names: [], seed: undefined });
  });

  it.each([
    [['tamper']],
    [['--seed']],
    [['--seed', '-1']],
    [['--faces']],
    [['--faces-count', '0']],
    [['--faces-count', 'many']],
    [['--preview', 'none']],
  ])('is refused with what is wrong in it: %s', (given) => {
    expect(() => readProveArguments(given, PROOFS)).toThrow(given.join(' '));
  });
});
