/** Numbers nobody can foresee. */
export interface Random {
  /** `bytes` random bytes in lower-case hex. */
  hex(bytes: number): string;
}
