/** The share of one class of `values` after softmax, 0..1. */
export function softmaxOf(values: Float32Array, index: number): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest);
  return Math.exp(values[index]! - largest) / sum;
}

/** The expected index of `values` after softmax: a position between bins. */
export function softmaxExpectation(values: Float32Array): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < values.length; i++) {
    const share = Math.exp(values[i]! - largest);
    sum += share;
    weighted += i * share;
  }
  return weighted / sum;
}
