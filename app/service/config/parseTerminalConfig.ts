import { isAbsolute, join, normalize } from 'node:path';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import type * as z from 'zod';
import type { QualityLimits } from '#core/biometrics/quality.ts';
import type { AccessPointConfig, DoorConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import { Fault, messageOf } from '#core/kernel/fault.ts';
import { millis, type Millis } from '#core/kernel/units.ts';
import { didYouMean } from './didYouMean.ts';
import { accessFlaws } from './accessFlaws.ts';
import { toCamera } from './cameraSection.ts';
import { checkWhole } from './checkWhole.ts';
import { hardwareFlaws } from './hardwareFlaws.ts';
import { hardwareOf, toInputs } from './hardwareSection.ts';
import { keysOf } from './keyPlaces.ts';
import { Places } from './places.ts';
import { toRetention } from './retentionSchema.ts';
import { ConfigFile } from './schema.ts';
import { toAccess, toTurnstile } from './toAccess.ts';

/** Bytes of a configuration file; a larger one is refused unread. */
export const CONFIG_BYTES_MAX = 256 * 1024;
const HOUR_MS = 3_600_000;

export interface ConfigOrigin {
  /** The file's name, for messages. */
  readonly file: string;
  /** Relative paths in the file start here. */
  readonly folder: string;
  readonly simulated: boolean;
  /** From models.json: what the configuration may change, or takes over. */
  readonly models: { readonly quality: QualityLimits; readonly framesConsidered: number };
}

/**
 * The configuration as the core knows it, from YAML text.
 * @throws Fault `config` that names line, key, value and what was expected; all mistakes at once, one a line.
 */
export function parseTerminalConfig(text: string, origin: ConfigOrigin): TerminalConfig {
  if (Buffer.byteLength(text) > CONFIG_BYTES_MAX) {
    throw new Fault('config', {
      thing: origin.file,
      found: `${Buffer.byteLength(text)} bytes`,
      expected: `at most ${CONFIG_BYTES_MAX}`,
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new Fault('config', {
      thing: origin.file,
      found: broken.message.split('\n')[0] ?? 'broken YAML',
      expected: 'YAML',
    });
  }
  const places = new Places(document, lines, origin.file);
  const parsed = ConfigFile.safeParse(contentOf(document, places));
  if (!parsed.success)
    throw faultOf(
      parsed.error.issues.flatMap((issue) => describe(issue, places)),
      origin.file,
    );
  const ofHardware = hardwareFlaws(parsed.data).map(({ path, ...about }) => ({ thing: places.of(path), ...about }));
  if (ofHardware.length > 0) throw faultOf(ofHardware, origin.file);
  const config = toTerminalConfig(parsed.data, origin);
  const ofAccess = accessFlaws(config).map(({ at, expected }) => ({
    thing: places.of(at),
    found: places.found(at),
    expected,
  }));
  if (ofAccess.length > 0) throw faultOf(ofAccess, origin.file);
  checkWhole(config, (name) => places.ofName(name));
  return config;
}

/** Aliases that a file may use in all; more of them would be a file that grows as it is read. */
const ALIASES_MAX = 100;

function contentOf(document: Document, places: Places): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    let alias: unknown;
    visit(document, {
      Alias: (_, node) => {
        if (node.resolve(document) !== undefined) return undefined;
        alias = node;
        return visit.BREAK;
      },
    });
    const expected = `an anchor before each alias, and at most ${ALIASES_MAX} of them`;
    throw new Fault('config', { thing: places.ofNode(alias), found: messageOf(error), expected }, error);
  }
}

interface Mistake {
  readonly thing: string;
  readonly found: string;
  readonly expected: string;
}

/** All of them in one, each on a line of its own. */
function faultOf([first, ...others]: readonly Mistake[], file: string): Fault {
  const about = first ?? { thing: file, found: 'a mistake', expected: 'a valid configuration' };
  const more = others.map((other) => `\n${other.thing}: found ${other.found}, expected ${other.expected}`).join('');
  return new Fault('config', { ...about, expected: `${about.expected}${more}` });
}

function describe(issue: z.core.$ZodIssue, places: Places): readonly Mistake[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ thing: places.of(issue.path), found: places.found(issue.path), expected: issue.message }];
  }
  return issue.keys.map((key) => ({
    thing: places.of([...issue.path, key]),
    found: 'a key that is not known',
    expected: didYouMean(key, issue.path, ConfigFile),
  }));
}

function toTerminalConfig(file: ConfigFile, origin: ConfigOrigin): TerminalConfig {
  const at = (path: string): string => (isAbsolute(path) ? path : normalize(join(origin.folder, path)));
  return {
    simulated: origin.simulated,
    terminal: file.terminal,
    handler: file.handler,
    dataFolder: at(file.data),
    keys: keysOf(file, at),
    ...backupOf(file, at),
    kiosk: {
      accessPoint: file.kiosk['access-point'],
      language: file.kiosk.language,
      preview: file.kiosk.preview,
      pixelPitchMm: file.kiosk['pixel-pitch-mm'],
      port: file.kiosk.port,
      idleAfterMs: file.kiosk['idle-after-ms'],
      outcomeMs: file.kiosk['outcome-ms'],
    },
    retention: toRetention(file.retention),
    biometrics: toBiometrics(file.biometrics, origin.models, at),
    pin: {
      triesPerNumber: file.pin['tries-per-number'],
      triesPerTerminal: file.pin['tries-per-terminal'],
      windowMs: file.pin['window-ms'],
    },
    passes: { issuers: file.passes.issuers, longestMs: file.passes['longest-ms'] },
    ...hardwareOf(file, at),
    doors: file.doors.map(toDoor),
    turnstiles: file.turnstiles.map((one) => toTurnstile(one, toInputs(one.inputs))),
    ...sirenOf(file),
    accessPoints: file['access-points'].map((accessPoint) => toAccessPoint(accessPoint, at)),
    access: toAccess(file),
  };
}

function backupOf({ backup }: ConfigFile, at: (path: string) => string): Pick<TerminalConfig, 'backup'> {
  if (backup === undefined) return {};
  const { folder, keep } = backup;
  return { backup: { folder: at(folder), everyMs: millis(backup['every-hours'] * HOUR_MS), keep } };
}

const sirenOf = ({ alarms: { siren } }: ConfigFile): Pick<TerminalConfig, 'siren'> =>
  siren === undefined ? {} : { siren: { board: siren.board, channel: siren.relay } };

function toBiometrics(
  file: ConfigFile['biometrics'],
  models: ConfigOrigin['models'],
  at: (path: string) => string,
): TerminalConfig['biometrics'] {
  const { quality, presentation } = file;
  return {
    fpirMax: file['fpir-max'],
    idleFramesPerSecond: file['idle-frames-per-second'],
    models: file.models.map((model) => ({ ...model, file: at(model.file) })),
    quality: {
      faceWidthMin: quality['face-width-min'] ?? models.quality.faceWidthMin,
      yawMax: quality['yaw-max'] ?? models.quality.yawMax,
      pitchMax: quality['pitch-max'] ?? models.quality.pitchMax,
      rollMax: quality['roll-max'] ?? models.quality.rollMax,
      sharpnessMin: quality['sharpness-min'] ?? models.quality.sharpnessMin,
      brightnessMin: quality['brightness-min'] ?? models.quality.brightnessMin,
      brightnessMax: quality['brightness-max'] ?? models.quality.brightnessMax,
      clippedShareMax: quality['clipped-share-max'] ?? models.quality.clippedShareMax,
    },
    presentation: {
      framesConsidered: models.framesConsidered,
      acquireMs: presentation['acquire-ms'],
      lookMs: presentation['look-ms'],
      goneMs: presentation['gone-ms'],
      restMs: presentation['rest-ms'],
      overlapMin: presentation['overlap-min'],
    },
  };
}

function toDoor(door: ConfigFile['doors'][number]): DoorConfig {
  const { id, lock, board, channel } = door;
  const inputs = toInputs(door.inputs);
  const timings: { releaseMs: Millis; heldOpenMs: Millis } = {
    releaseMs: door['unlock-ms'],
    heldOpenMs: door['held-open-ms'],
  };
  return { id, lock, board, channel, timings, inputs };
}

function toAccessPoint(
  accessPoint: ConfigFile['access-points'][number],
  at: (path: string) => string,
): AccessPointConfig {
  const { id, name, door, direction, mode, reader } = accessPoint;
  const zone = {
    ...accessPoint.zone,
    faceWidthMin: accessPoint.zone['face-width-min'],
    marginToNext: accessPoint.zone['margin-to-next'],
  };
  return {
    id,
    name,
    door,
    ...(direction === undefined ? {} : { direction }),
    mode,
    reader,
    ...toCamera(accessPoint.camera, zone, at),
  };
}
