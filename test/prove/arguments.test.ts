import { describe, expect, it } from 'vitest';
import { readProveArguments } from '../../scripts/prove/arguments.ts';

const PROOFS = ['erasure', 'residue'];

describe('the command line of the proofs', () => {
  it('names proofs, a seed, and whose faces pass the gate', () => {
    const given = ['residue', '--faces', 'people', '--faces-count', '30', '--preview', 'mirror'];
    expect(readProveArguments([...given, '--seed', '5', '--camera', 'replay'], PROOFS)).toEqual({
      names: ['residue'],
      seed: 5,
      faces: 'people',
      facesCount: 30,
      preview: 'mirror',
      camera: 'replay',
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
    [['--camera', 'film']],
  ])('is refused with what is wrong in it: %s', (given) => {
    expect(() => readProveArguments(given, PROOFS)).toThrow(given.join(' '));
  });
});
