import { hash, parseOptions, verify, type ParsedHashOptions } from '@node-rs/argon2';
import { Fault } from '#core/kernel/fault.ts';
import type { PinHasher } from '#core/ports/pinHasher.ts';

/** Algorithm and version that the library makes of itself, and the only ones that are verified. */
const PHC_PREFIX = '$argon2id$v=19$';

/** More than OWASP's least (m=19456, t=2): measured 19 ms on an x86-64 core with nothing else to do. */
const MEMORY_KIB = 19_456;
const PASSES = 5;
const LANES = 1;

/** A stored hash decides what its verification costs, so one that asks for more than this is refused unverified. */
const MEMORY_KIB_MAX = 4 * MEMORY_KIB;
const PASSES_MAX = 10;
const LANES_MAX = 4;
const HASH_CHARACTERS_MAX = 200;
const SALT_BYTES_MIN = 8;
const OUTPUT_BYTES_MIN = 16;
const OUTPUT_BYTES_MAX = 64;
/** A PIN is at most twelve digits; the limit is for whatever else comes this way. */
const PIN_BYTES_MAX = 64;

/**
 * The form of a real hash with a digest drawn at random: no PIN is known to give it. Verifying it costs what a real one
 * costs, so that a personal number which nobody has takes as long as one that somebody has.
 */
const DUMMY_HASH = '$argon2id$v=19$m=19456,t=5,p=1$Pm0WJ71D4FP5dH+ZsRvkUQ$pr7GfSvVa9TYTtupLY5TnK/KKX5mCkWXQdns/WCc1F4';

export function createArgon2PinHasher(): PinHasher & { readonly dummyHash: string } {
  return new Argon2PinHasher();
}

class Argon2PinHasher implements PinHasher {
  readonly dummyHash = DUMMY_HASH;

  async hash(pin: string): Promise<string> {
    checkPin(pin);
    return hash(pin, { memoryCost: MEMORY_KIB, timeCost: PASSES, parallelism: LANES });
  }

  /** @throws Fault `storage` for a hash that is none, or whose cost is absurd. */
  async verify(stored: string, pin: string): Promise<boolean> {
    checkPin(pin);
    checkCost(stored);
    return verify(stored, pin);
  }
}

function checkPin(pin: string): void {
  const bytes = Buffer.byteLength(pin);
  if (bytes > PIN_BYTES_MAX)
    throw new Fault('command', { thing: 'PIN', found: `${bytes} bytes`, expected: `at most ${PIN_BYTES_MAX}` });
}

function checkCost(stored: string): void {
  if (stored.length > HASH_CHARACTERS_MAX) throw refused(`${stored.length} characters`);
  let cost: ParsedHashOptions;
  try {
    cost = parseOptions(stored);
  } catch {
    throw refused('no PHC string');
  }
  const sound =
    stored.startsWith(PHC_PREFIX) &&
    cost.memoryCost <= MEMORY_KIB_MAX &&
    cost.timeCost <= PASSES_MAX &&
    cost.parallelism <= LANES_MAX &&
    cost.saltLen >= SALT_BYTES_MIN &&
    cost.outputLen >= OUTPUT_BYTES_MIN &&
    cost.outputLen <= OUTPUT_BYTES_MAX;
  if (!sound) throw refused(`m=${cost.memoryCost}, t=${cost.timeCost}, p=${cost.parallelism}, or another algorithm`);
}

// Names the parameters and never the hash: it belongs to a person.
const refused = (found: string): Fault =>
  new Fault('storage', {
    thing: 'PIN hash',
    found,
    expected: `argon2id, version 19, with m at most ${MEMORY_KIB_MAX}, t at most ${PASSES_MAX}, p at most ${LANES_MAX}`,
  });
