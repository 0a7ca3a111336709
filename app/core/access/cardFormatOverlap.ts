import type { BitRange, CardFormat } from './cardFormat.ts';

/** A sum of bits, modulo 2, that has to be 0: bit n of the number stands for bit n of the card, the bit behind the last one for 1. */
type Equation = bigint;

/** Is there a card that both formats read? Then only their order would say whose number it has. */
export function formatsOverlap(one: CardFormat, other: CardFormat): boolean {
  if (one.bits !== other.bits) return false;
  return solvable([...equationsOf(one), ...equationsOf(other)], one.bits);
}

function equationsOf({ bits, fields, parity }: CardFormat): Equation[] {
  const constant = 1n << BigInt(bits);
  const checks = parity.map(({ at, makes, over }) => {
    const sum = over.reduce((all, range) => all ^ maskOf(range), maskOf({ from: at, bits: 1 }));
    return makes === 'odd' ? sum ^ constant : sum;
  });
  const fixed = fields.flatMap(({ from, bits: count, equals }) =>
    equals === undefined
      ? []
      : Array.from({ length: count }, (_, n) => {
          const set = (BigInt(equals) >> BigInt(count - 1 - n)) & 1n;
          return maskOf({ from: from + n, bits: 1 }) ^ (set === 1n ? constant : 0n);
        }),
  );
  return [...checks, ...fixed];
}

const maskOf = ({ from, bits }: BitRange): bigint => ((1n << BigInt(bits)) - 1n) << BigInt(from);

/** Gauss: each equation gives one bit away, or is spent; what is left of one must not say that 1 is 0. */
function solvable(equations: readonly Equation[], bits: number): boolean {
  const constant = 1n << BigInt(bits);
  const solved: { readonly pivot: bigint; readonly equation: Equation }[] = [];
  for (let equation of equations) {
    for (const { pivot, equation: known } of solved) if ((equation & pivot) !== 0n) equation ^= known;
    const left = equation & (constant - 1n);
    if (left === 0n && equation !== 0n) return false;
    if (left !== 0n) solved.push({ pivot: left & -left, equation });
  }
  return true;
}
