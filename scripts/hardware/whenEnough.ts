/** The first ends what is shown; a terminal that is closed does as well. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `enough` at a key, or at a signal; Ctrl-C is one of both. Until it is disposed of, signals end nothing else. */
export function whenEnough(enough: () => void): Disposable {
  const { stdin, stderr } = process;
  for (const signal of SIGNALS) process.on(signal, enough);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', enough).resume();
  stderr.write('Press a key to end it; the report comes then.\n');
  return {
    [Symbol.dispose]: () => {
      stdin.off('data', enough).pause();
      if (stdin.isTTY) stdin.setRawMode(false);
      for (const signal of SIGNALS) process.off(signal, enough);
    },
  };
}
