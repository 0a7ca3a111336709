import { describe, expect, it } from 'vitest';
import { LIT_MS, LitCamera, RELIT_MS } from '#drivers/camera/litCamera.ts';
import { SimulatedCamera } from '#drivers/camera/simulatedCamera.ts';
import { SimulatedBoard } from '#drivers/relay/simulatedBoard.ts';
import { FakeClock } from '../../fakes/fakeClock.ts';
import { describeCamera } from './cameraContract.ts';

function rigOf() {
  const clock = new FakeClock();
  const board = new SimulatedBoard({ name: 'board', channels: 2, clock });
  const troubles: (string | undefined)[] = [];
  const camera = new LitCamera({
    camera: new SimulatedCamera({
      name: 'camera',
      clock,
      scenes: [],
      framesPerSecond: 20,
      size: { width: 32, height: 24 },
    }),
    light: board.strike(2),
    clock,
    onTrouble: (says) => void troubles.push(says),
  });
  return { camera, clock, board, troubles, periodMs: 50, [Symbol.asyncDispose]: () => Promise.resolve() };
}

const settled = () => new Promise((resolve) => void setImmediate(resolve));

describeCamera('with a light', () => Promise.resolve(rigOf()));

describe('the light of a camera', () => {
  it('is on only while somebody is looked at', async () => {
    const { camera, board } = rigOf();
    const stream = camera.frames();
    await settled();
    expect(board.level(2)).toBe('de-energised');
    stream.attend?.({ lively: true });
    await settled();
    expect(board.level(2)).toBe('energised');
    stream.attend?.({ lively: false });
    await settled();
    expect(board.level(2)).toBe('de-energised');
    stream.attend?.({ lively: true });
    await stream.close();
    expect(board.level(2)).toBe('de-energised');
    stream.attend?.({ lively: true });
    await settled();
    expect(board.level(2)).toBe('de-energised');
  });

  it('goes out by itself when nobody tells the relay again, and stays on while somebody does', async () => {
    const { camera, board, clock } = rigOf();
    const stream = camera.frames();
    for (let i = 0; i < 10; i++) {
      stream.attend?.({ lively: true });
      await settled();
      clock.advance(RELIT_MS);
      await settled();
      expect(board.level(2)).toBe('energised');
    }
    clock.advance(LIT_MS);
    await settled();
    expect(board.level(2)).toBe('de-energised');
    await stream.close();
  });

  it('that cannot be reached is told, and the camera goes on', async () => {
    const { camera, board, clock, troubles } = rigOf();
    board.setLine('down');
    const stream = camera.frames();
    clock.advance(0);
    stream.attend?.({ lively: true });
    await settled();
    expect(troubles.at(-1)).toMatch(/board/);
    using frame = await stream.next();
    expect(frame?.sequence).toBe(1);
    await stream.close();
  });
});
