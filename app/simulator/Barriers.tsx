import type { SimulatedBarrier, SimulatorCommand, SimulatorView } from '../contract/simulator.ts';

interface BarriersProps {
  readonly barriers: readonly SimulatedBarrier[];
  readonly cards: SimulatorView['cards'];
  readonly send: (command: SimulatorCommand) => void;
}

/** Every door and turnstile with what is wired to it, for gates that have more than one of them. */
export function Barriers({ barriers, cards, send }: BarriersProps) {
  return (
    <div class="barriers">
      {barriers.map((barrier) => (
        <section key={barrier.id} aria-label={barrier.id}>
          <h2>
            {barrier.id} <small>{barrier.kind}</small>
          </h2>
          <BarrierPicture barrier={barrier} />
          <dl>
            <div>
              <dt>Machine</dt>
              <dd>{barrier.told}</dd>
            </div>
            {barrier.relays.map(({ name, level }) => (
              <div key={name}>
                <dt>Relay {name}</dt>
                <dd class={level === 'energised' ? 'strong' : undefined}>{level}</dd>
              </div>
            ))}
          </dl>
          <div class="hands">
            {barrier.inputs.map(({ input, active }) => (
              <button
                key={input}
                type="button"
                class={active ? 'on' : undefined}
                aria-pressed={active}
                onClick={() => send({ kind: 'set-input', barrier: barrier.id, input, active: !active })}
              >
                {input}
              </button>
            ))}
          </div>
          {barrier.readers.map(({ accessPoint, label }) => (
            <div key={accessPoint} class="cards">
              <h3>{label}</h3>
              {cards.map((card) => (
                <button
                  key={card.id}
                  type="button"
                  aria-label={`${card.label}, at ${label}`}
                  onClick={() => send({ kind: 'show-card', card: card.id, accessPoint })}
                >
                  {card.label}
                </button>
              ))}
            </div>
          ))}
        </section>
      ))}
    </div>
  );
}

const isActive = ({ inputs }: SimulatedBarrier, name: string): boolean =>
  inputs.some(({ input, active }) => input === name && active);

const isEnergised = ({ relays }: SimulatedBarrier, name: string): boolean =>
  relays.some((relay) => relay.name === name && relay.level === 'energised');

/** From above: a door leaf in its wall, or the lane of a turnstile with an arrow for each way that is free. */
function BarrierPicture({ barrier }: { readonly barrier: SimulatedBarrier }) {
  return barrier.kind === 'door' ? <LeafPicture barrier={barrier} /> : <LanePicture barrier={barrier} />;
}

function LeafPicture({ barrier }: { readonly barrier: SimulatedBarrier }) {
  const open = isActive(barrier, 'contact');
  const unlocked = isEnergised(barrier, 'strike');
  const says = `${open ? 'stands open' : 'is closed'}, its relay is ${unlocked ? 'energised' : 'de-energised'}`;
  return (
    <svg class="barrier-picture" viewBox="0 0 200 60" role="img" aria-label={`${barrier.id} ${says}`}>
      <path class="frame" d="M10 44h50M140 44h50" />
      <path class={open ? 'leaf ajar' : 'leaf'} d={open ? 'M60 44L104 8' : 'M60 44h80'} />
      <circle class={unlocked ? 'lamp lit' : 'lamp'} cx="160" cy="22" r="8" />
    </svg>
  );
}

function LanePicture({ barrier }: { readonly barrier: SimulatedBarrier }) {
  const dropped = isEnergised(barrier, 'arms');
  const ways = ['entry', 'exit'].filter((way) => isEnergised(barrier, way));
  const says = dropped ? 'has its arms down' : ways.length === 0 ? 'is locked' : `is free for ${ways.join(' and ')}`;
  return (
    <svg class="barrier-picture" viewBox="0 0 200 60" role="img" aria-label={`${barrier.id} ${says}`}>
      <path class="frame" d="M20 8h160M20 52h160" />
      {!dropped && <path class="leaf" d="M100 8v44" />}
      <path class={ways.includes('entry') ? 'way lit' : 'way'} d="M40 22h36m-8-7l8 7-8 7" />
      <path class={ways.includes('exit') ? 'way lit' : 'way'} d="M160 38h-36m8-7l-8 7 8 7" />
    </svg>
  );
}
