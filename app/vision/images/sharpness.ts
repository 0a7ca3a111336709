/**
 * Variance of the 4-neighbour Laplacian of a grey picture, in grey levels squared. Low is blurred. The outermost pixels
 * have no neighbours and are left out.
 */
export function laplacianVariance(grey: Float32Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const value = grey[i - width]! + grey[i - 1]! + grey[i + 1]! + grey[i + width]! - 4 * grey[i]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = (width - 2) * (height - 2);
  return squares / count - (sum / count) ** 2;
}
