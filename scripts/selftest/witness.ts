import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toFaultMessage } from '#core/kernel/faultMessage.ts';
import { searchBehindCipher } from '../traces/behindCipher.ts';
import { lookAtScenes } from './lookAtScenes.ts';
import { Needles } from './needles.ts';
import { searchFolder } from '../traces/searchFolder.ts';
import { addTraces, memoryTraces } from './traces.ts';
import type { Looked, Planted, WitnessAnswer, WitnessTask } from './witnessMessages.ts';

/**
 * The witness of a self-test, a process of its own: it knows what was before the camera and looks for it everywhere,
 * while the gate's process holds nothing but what a gate holds.
 */
const PLANTED_FOLDER = 'planted';
/** Between two pieces that are planted; of no use as a whole number of words. */
const BETWEEN_BYTES = 7;
const needles = new Needles();

async function look({ marker, root }: Extract<WitnessTask, { kind: 'look' }>): Promise<Looked> {
  const looks = await lookAtScenes(root, marker);
  addTraces(needles, looks, marker);
  const enrolment = looks.find(({ scene }) => scene === 'enrolled-portrait');
  const cosines = looks.map(({ scene, probe }) => ({ scene, cosine: cosine(probe, enrolment?.probe ?? probe) }));
  const others = cosines.filter(({ scene }) => !scene.startsWith('enrolled'));
  return {
    needles: needles.count,
    memory: memoryTraces(looks.filter(({ scene }) => scene !== 'enrolled-portrait')),
    sameCosine: cosines.find(({ scene }) => scene === 'enrolled')?.cosine ?? Number.NaN,
    otherCosine: Math.max(...others.map((other) => other.cosine)),
  };
}

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function plant(folder: string): Planted {
  const scratch = join(folder, PLANTED_FOLDER);
  mkdirSync(scratch, { recursive: true });
  try {
    const { samples } = needles;
    const pieces = samples.flatMap(({ bytes }) => [randomBytes(BETWEEN_BYTES), bytes]);
    writeFileSync(join(scratch, 'pieces'), Buffer.concat(pieces));
    const { found } = searchFolder(folder, needles);
    const missed = samples
      .map(({ name }) => name)
      .filter((name) => !found.some((line) => line.startsWith(`${name} in ${PLANTED_FOLDER}/`)));
    return { planted: samples.length, found: samples.length - missed.length, missed };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function perform(task: WitnessTask): Promise<WitnessAnswer> {
  switch (task.kind) {
    case 'look':
      return { kind: 'looked', answer: await look(task) };
    case 'search':
      return { kind: 'searched', answer: searchFolder(task.folder, needles) };
    case 'plant':
      return { kind: 'planted', answer: plant(task.folder) };
    case 'behind-cipher':
      return { kind: 'searched', answer: searchBehindCipher(task, needles) };
  }
}

// The type is ours on both sides: this process is started by witnessLink.ts alone.
process.on('message', (task: WitnessTask) => {
  void perform(task)
    .catch(toFaultMessage)
    .then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());
