import { assertNever } from '../kernel/assert.ts';

/** Whether the one who opens the place has come, while the rule is in force. */
export type FirstPerson =
  | { readonly kind: 'not-in-force' }
  /** Only whoever may open the place comes in, and no schedule holds the door open yet. */
  | { readonly kind: 'awaited' }
  | { readonly kind: 'came' };

export type FirstPersonInput =
  /** The schedule of the rule opened or closed. */
  | { readonly kind: 'schedule'; readonly open: boolean }
  /** Somebody went in; `opensFirst` where that is one who may open the place. */
  | { readonly kind: 'taken'; readonly opensFirst: boolean }
  /** An operator wants it opened anew. */
  | { readonly kind: 'reset' };

export function firstPersonStep(state: FirstPerson, input: FirstPersonInput): FirstPerson {
  switch (input.kind) {
    case 'schedule':
      if (!input.open) return { kind: 'not-in-force' };
      return state.kind === 'not-in-force' ? { kind: 'awaited' } : state;
    case 'taken':
      return state.kind === 'awaited' && input.opensFirst ? { kind: 'came' } : state;
    case 'reset':
      return state.kind === 'came' ? { kind: 'awaited' } : state;
    default:
      return assertNever(input);
  }
}
