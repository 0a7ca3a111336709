import { collectingDeadline, collectingStep, NOTHING_SHOWN, type Collecting } from '#core/access/collecting.ts';
import type { AccessDecision } from '#core/access/decide.ts';
import type { Established, Factor, FactorResult } from '#core/access/request.ts';
import type { AccessPointId } from '#core/kernel/ids.ts';
import { after } from '#core/kernel/units.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { Admission } from './admission.ts';
import { Deadline } from './deadline.ts';
import type { RuleKeeper } from './ruleKeeper.ts';

export interface FactorDeskParts {
  readonly accessPoint: AccessPointId;
  readonly rules: RuleKeeper;
  readonly admission: Admission;
  readonly clock: Clock;
  /** What has been shown is not enough: one of these would bring the person nearer. */
  readonly onAsked: (needed: readonly Factor[]) => void;
  readonly onDecision: (decision: AccessDecision, by: Factor, intent: boolean) => void;
}

/** Puts together what one person shows at an access point, until it is enough for a decision, or time is up. */
export class FactorDesk implements Disposable {
  readonly #parts: FactorDeskParts;
  readonly #deadline: Deadline;
  #state: Collecting = NOTHING_SHOWN;
  #intent = false;
  #needed: readonly Factor[] = [];

  constructor(parts: FactorDeskParts) {
    this.#parts = parts;
    this.#deadline = new Deadline(parts.clock);
  }

  /** What may be shown next; nothing while nobody has begun. */
  get needed(): readonly Factor[] {
    return this.#state.kind === 'collecting' ? this.#needed : [];
  }

  /** Who has begun, by what was shown last. */
  get begun(): Established | undefined {
    if (this.#state.kind === 'idle') return undefined;
    return this.#state.shown.findLast((one): one is Established => one.kind === 'established');
  }

  /** Resolves once it was decided upon, or more was asked for. */
  async show(results: readonly FactorResult[], intent: boolean): Promise<void> {
    const last = results.at(-1);
    if (last === undefined) return;
    if (this.#isSomebodyElse(last)) this.cancel();
    const at = this.#parts.clock.monotonic();
    const rules = this.#rules();
    const before = this.#state.kind === 'collecting' && at < this.#state.until ? this.#state.shown : [];
    const newer = new Set(results.map(({ factor }) => factor));
    const shown = [...before.filter(({ factor }) => !newer.has(factor)), ...results.slice(0, -1)];
    this.#state = shown.length === 0 ? NOTHING_SHOWN : { kind: 'collecting', shown, until: after(at, rules.withinMs) };
    this.#intent = intent || (before.length > 0 && this.#intent);
    await this.#take(collectingStep(this.#state, { kind: 'shown', result: last, at }, rules), last.factor);
  }

  /** What was shown so far is nobody's any more. */
  cancel(): void {
    this.#state = NOTHING_SHOWN;
    this.#intent = false;
    this.#deadline[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  /** A face that was seen in passing does not spoil the card of whoever comes next. */
  #isSomebodyElse(result: FactorResult): boolean {
    const { begun } = this;
    if (begun === undefined || this.#intent || result.kind === 'failed') return false;
    return begun.holder !== result.holder;
  }

  async #take([state, effects]: ReturnType<typeof collectingStep>, by: Factor): Promise<void> {
    this.#state = state;
    this.#arm();
    for (const effect of effects) {
      if (effect.kind === 'request') await this.#request(effect.factors, by);
      else {
        this.#needed = effect.for;
        this.#parts.onAsked(effect.for);
      }
    }
  }

  async #request(factors: readonly FactorResult[], by: Factor): Promise<void> {
    const { accessPoint, admission, onDecision } = this.#parts;
    const intent = this.#intent;
    this.#intent = false;
    onDecision(await admission.admit({ accessPoint, factors, intent }), by, intent);
  }

  #arm(): void {
    const by = this.begun?.factor ?? 'card';
    this.#deadline.at(collectingDeadline(this.#state), () => {
      const at = this.#parts.clock.monotonic();
      void this.#take(collectingStep(this.#state, { kind: 'time', at }, this.#rules()), by);
    });
  }

  #rules() {
    const { rules, accessPoint } = this.#parts;
    return { combinations: rules.combinationsAt(accessPoint), withinMs: rules.book.collectMs };
  }
}
