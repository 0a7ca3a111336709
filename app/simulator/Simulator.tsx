import type { ComponentChildren } from 'preact';
import type { SimulatorCommand, SimulatorView } from '../contract/simulator.ts';
import { Barriers } from './Barriers.tsx';
import { DoorPicture } from './DoorPicture.tsx';

export interface SimulatorProps {
  /** Absent while there is no gate. */
  readonly view: SimulatorView | undefined;
  readonly send: (command: SimulatorCommand) => void;
}

/** The world around a simulated gate: what stands before it, what is wired to it and what it did. */
export function Simulator({ view, send }: SimulatorProps) {
  return (
    <div class="page">
      <header>
        <h1>Simulated gate</h1>
        <p class="made-up">This is a simulated gate. These people's consent is made up: nobody was asked.</p>
        <a href="../kiosk/" target="_blank" rel="noreferrer">
          Open the kiosk screen
        </a>
      </header>
      {view === undefined ? (
        <p class="away">The gate is not running, or is just starting. This page calls again by itself.</p>
      ) : (
        <main>
          <World view={view} send={send} />
          <Door view={view} send={send} />
          <Records view={view} />
        </main>
      )}
      {view?.barriers !== undefined && needsMore(view.barriers) && (
        <Barriers barriers={view.barriers} cards={view.cards} send={send} />
      )}
    </div>
  );
}

/** One door with the three inputs that most have is all there above. */
const needsMore = (barriers: NonNullable<SimulatorView['barriers']>): boolean =>
  barriers.length > 1 || barriers.some(({ inputs }) => inputs.some(({ input }) => !SHOWN_ABOVE.has(input)));
const SHOWN_ABOVE: ReadonlySet<string> = new Set(['contact', 'rex', 'fire']);

interface PartProps {
  readonly view: SimulatorView;
  readonly send: (command: SimulatorCommand) => void;
}

function World({ view, send }: PartProps) {
  return (
    <div class="column">
      <Panel title="Before the camera" hint="Choose who stands there, then look at the kiosk.">
        <div class="scenes" role="radiogroup" aria-label="Before the camera">
          {view.scenes.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              role="radio"
              aria-checked={id === view.scene}
              onClick={() => send({ kind: 'choose-scene', scene: id })}
            >
              {label}
            </button>
          ))}
        </div>
      </Panel>
      <Panel title="At the reader" hint="Shows the card once.">
        <div class="cards">
          {view.cards.map(({ id, label }) => (
            <button key={id} type="button" onClick={() => send({ kind: 'show-card', card: id })}>
              {label}
            </button>
          ))}
        </div>
      </Panel>
    </div>
  );
}

function Door({ view, send }: PartProps) {
  const open = view.contact === 'open';
  const down = view.line === 'down';
  return (
    <div class="column">
      <Panel title="The door">
        <DoorPicture open={open} energised={view.relay === 'energised'} fire={view.fire} />
        <dl>
          <Fact name="Door machine" value={view.door} />
          <Fact name="Relay" value={view.relay ?? 'not simulated'} strong={view.relay === 'energised'} />
          <Fact name="Door leaf" value={open ? 'open' : 'closed'} strong={open} />
          <Fact name="Relay's line" value={view.line ?? 'not simulated'} strong={down} />
        </dl>
      </Panel>
      <Panel title="Hands on the door" hint="Leaving and fire move the relay first and are journalled after.">
        <div class="hands">
          <button type="button" onClick={() => send({ kind: 'press-rex' })}>
            Press exit button
          </button>
          <Switch
            on={open}
            labels={['Open the door', 'Close the door']}
            onPress={() => send({ kind: 'set-contact', contact: open ? 'closed' : 'open' })}
          />
          <Switch
            on={view.fire}
            labels={['Start fire alarm', 'End fire alarm']}
            onPress={() => send({ kind: 'set-fire', active: !view.fire })}
          />
          {view.line !== undefined && (
            <Switch
              on={down}
              labels={["Cut relay's line", "Mend relay's line"]}
              onPress={() => send({ kind: 'set-line', line: down ? 'up' : 'down' })}
            />
          )}
        </div>
      </Panel>
      <Panel title="Made-up PINs" hint="Type them at the kiosk.">
        <table>
          <thead>
            <tr>
              <th scope="col">Whose</th>
              <th scope="col">Personal number</th>
              <th scope="col">PIN</th>
            </tr>
          </thead>
          <tbody>
            {view.pins.map(({ label, personalNumber, pin }) => (
              <tr key={personalNumber}>
                <td>{label}</td>
                <td class="digits">{personalNumber}</td>
                <td class="digits">{pin}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </div>
  );
}

function Records({ view }: { readonly view: SimulatorView }) {
  return (
    <div class="column">
      <Panel title="Journal" hint="Newest first. A face that matches nobody and asked for nothing is not in it.">
        <Lines lines={view.journal} empty="Nothing yet." />
      </Panel>
      <Panel title="On the serial line" hint="The last bytes that the relay board was sent, newest first.">
        <Lines lines={view.relayBytes} empty="Nothing yet." />
      </Panel>
      <Panel title="Health">
        <ul class="health">
          {view.health.map(({ part, level, says }) => (
            <li key={part} class={level}>
              <b>{part}</b> <em>{level}</em> {says}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Panel({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section>
      <h2>{title}</h2>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {children}
    </section>
  );
}

function Fact({
  name,
  value,
  strong = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly strong?: boolean;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={strong ? 'strong' : undefined}>{value}</dd>
    </div>
  );
}

/** Says what a press will do, since the facts above say how things stand. */
function Switch({
  on,
  labels,
  onPress,
}: {
  readonly on: boolean;
  readonly labels: readonly [string, string];
  readonly onPress: () => void;
}) {
  return (
    <button type="button" class={on ? 'on' : undefined} onClick={onPress}>
      {on ? labels[1] : labels[0]}
    </button>
  );
}

/** Newest first, as given. */
function Lines({ lines, empty }: { readonly lines: readonly string[]; readonly empty: string }) {
  if (lines.length === 0) return <p class="hint">{empty}</p>;
  return (
    <ol class="lines">
      {lines.map((line, index) => (
        <li key={index}>{line}</li>
      ))}
    </ol>
  );
}
