import { SimulatedBoard } from '#drivers/relay/simulatedBoard.ts';
import { RelayLight } from '#drivers/light/relayLight.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { FakeLight } from '../../fakes/fakeLight.ts';
import { describeLight, type LightRig } from './lightContract.ts';

describeLight('a relay of a board that times its pulses', () => rigOf(true));
describeLight('a relay of a board that does not', () => rigOf(false));

function rigOf(timesPulses: boolean): LightRig {
  const clock = new FakeClock();
  const board = new SimulatedBoard({ name: 'board', channels: 2, clock, timesPulses });
  void board.strike(2).drive('energised', 'until-driven');
  return {
    light: new RelayLight(board.strike(2)),
    clock,
    isLit: () => board.level(2) === 'energised',
    cut: () => board.setLine('down'),
    mend: () => board.setLine('up'),
    [Symbol.dispose]: () => void board.close(),
  };
}

describeLight('made up', () => {
  const clock = new FakeClock();
  const light = new FakeLight(clock, true);
  return {
    light,
    clock,
    isLit: () => light.isLit,
    cut: () => void (light.isBroken = true),
    mend: () => void (light.isBroken = false),
    [Symbol.dispose]: () => undefined,
  };
});
