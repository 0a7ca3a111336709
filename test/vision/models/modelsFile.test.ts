import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectedFpir } from '#core/biometrics/operatingPoint.ts';
import { Fault } from '#core/kernel/fault.ts';
import { templateFormatOf } from '#vision/engine.ts';
import { parseModelsFile, TASKS, withChoices } from '#vision/models/modelsFile.ts';
import { MODELS_FOLDER } from '../pictures.ts';

const TEXT = readFileSync(`${MODELS_FOLDER}/models.json`, 'utf8');

/** The fault for the file with one value changed; `path` as in `models.0.sha256`. */
function faultOf(path: string, value: unknown): Fault {
  const json: unknown = JSON.parse(TEXT);
  const keys = path.split('.');
  let place = json as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) place = place[key] as Record<string, unknown>;
  if (value === undefined) delete place[keys.at(-1)!];
  else place[keys.at(-1)!] = value;
  try {
    parseModelsFile(JSON.stringify(json), 'models.json');
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error(`${path} was taken`);
}

describe('models.json', () => {
  const file = parseModelsFile(TEXT, 'models.json');

  it('has a model for each task and says of each where it comes from', () => {
    expect(file.models.map(({ task }) => task).toSorted()).toEqual(TASKS.toSorted());
    for (const { licence, provenance } of file.models) {
      expect(licence).toContain('MIT');
      expect(provenance.length).toBeGreaterThan(20);
    }
    expect(file.models.find(({ task }) => task === 'feature')?.provenance).toContain('not stated');
  });

  it('runs at the operating point that was measured', () => {
    expect(file.operating).toMatchObject({
      detection: { scoreMin: 0.9 },
      pad: { meanMin: 0.5, frameMin: 0.2 },
      identification: { threshold: 0.55, margin: 0.05, framesAgreeing: 2, framesConsidered: 3 },
      verification: { threshold: 0.45 },
    });
    expect(expectedFpir(file.operating.identification, 1_680)).toBeCloseTo(0.003, 9);
  });

  it.each([
    ['models.0.sha256', 'abc', 'models.json: models.0.sha256', '"abc"', 'a sha256 of 64 lower-case hex digits'],
    ['models.2.input.colour', 'RBG', 'models.json: models.2.input.colour', '"RBG"', 'RGB'],
    ['models.1.input.shape', [1, 3, 64, 64], 'models.json: models.1.input', '[1,3,64,64]', 'one plane for grey'],
    ['models.3.outputs', {}, 'models.json: models.3.outputs', '{}', 'the outputs that its task needs'],
    ['models.4.outputs.yaw.shape', [1, 62], 'models.json: models.4.outputs', '62', 'as many numbers as its task needs'],
    ['models.0.outputs.boxes.shape', [1, 100, 4], 'models.json: models.0.outputs', '100', 'as many boxes as scores'],
    [
      'models.2.input.shape',
      [1, 3, 128, 128],
      'models.json: models.2.input.shape',
      '128',
      'an aligned face of 112 x 112',
    ],
    ['models', [], 'models.json: models', '[]', 'one model for each of detect'],
    ['models.0.task', 'eye', 'models.json: models.0.task', '"eye"', 'detect'],
    ['models.0.notes', 'x', 'models.json: models.0', '', 'notes'],
    ['operating.identification.threshold', 1.2, 'models.json: operating.identification.threshold', '1.2', '<=1'],
    [
      'operating.identification.framesAgreeing',
      4,
      'models.json: operating.identification',
      '4',
      'no more frames agreeing',
    ],
    ['operating.verification', undefined, 'models.json: operating.verification', 'nothing', 'object'],
    ['version', 2, 'models.json: version', '2', '1'],
  ])('names a wrong %s', (path, value, ...[thing, found, expected]) => {
    const fault = faultOf(path, value);
    expect(fault.code).toBe('model');
    expect(fault.thing).toBe(thing);
    expect(fault.found).toContain(found);
    expect(fault.expected).toContain(expected);
  });

  it('is refused where it is no JSON, whatever else it is', () => {
    expect(() => parseModelsFile('{', 'models.json')).toThrow('models.json: found no JSON, expected a JSON object');
    expect(() => parseModelsFile('[]', 'models.json')).toThrow(Fault);
    expect(() => parseModelsFile('null', 'models.json')).toThrow(Fault);
  });
});

describe('a model chosen by configuration', () => {
  const { models } = parseModelsFile(TEXT, 'models.json');
  const choice = { task: 'feature', file: '/srv/other.onnx', sha256: 'a'.repeat(64) };

  it('takes the place of the one for its task, and claims no licence that nobody stated', () => {
    const chosen = withChoices(models, [choice]).find(({ task }) => task === 'feature');
    expect(chosen).toMatchObject({ file: '/srv/other.onnx', sha256: 'a'.repeat(64), licence: 'not stated' });
    expect(withChoices(models, [choice]).filter(({ task }) => task !== 'feature')).toEqual(
      models.filter(({ task }) => task !== 'feature'),
    );
  });

  it('makes templates of another format', () => {
    expect(templateFormatOf(withChoices(models, [choice]))).not.toBe(templateFormatOf(models));
    expect(templateFormatOf(withChoices(models, []))).toBe(templateFormatOf(models));
  });

  it('is refused for a task that there is not, and for one chosen twice', () => {
    expect(() => withChoices(models, [{ ...choice, task: 'eye' }])).toThrow(/eye.*one of detect, landmark/);
    expect(() => withChoices(models, [choice, choice])).toThrow('one choice a task');
  });
});
