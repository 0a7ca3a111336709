import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TerminalConfig } from '#core/config/terminalConfig.ts';
import { renewTokenFile } from '#service/loopback/token.ts';
import { readConfig } from '#service/readConfig.ts';
import type { ModelsFile } from '#vision/models/modelsFile.ts';
import { ServiceRun } from '../../bench/serviceRun.ts';
import { FRAME } from './variation.ts';

export type Preview = 'outline' | 'mirror';
/** What takes the pictures in: the shim that real cameras are behind, or the replay that needs no compiler. */
export type CameraDriver = 'libcamera-files' | 'replay';

const FRAMES_PER_SECOND = 30;

/** A gate that looks at anybody, also in a group, with short pauses between; its camera reads the pictures of a folder. */
const gateFile = ({ pictures, preview, camera }: GateUnderWatchParts): string => `terminal: residue-gate
handler: { name: Lintel residue, contact: residue@lintel.example }
data: data
key: data.key
kiosk: { access-point: entrance, language: en, preview: ${preview}, port: 0, outcome-ms: 500 }
biometrics: { fpir-max: 1, presentation: { rest-ms: 500, gone-ms: 200 } }
boards: [{ id: board-1, channels: 1, driver: simulated }]
doors:
  - { id: front, lock: fail-secure, board: board-1, channel: 1, unlock-ms: 200 }
access-points:
  - id: entrance
    name: Entrance
    door: front
    mode: walk-up
    zone: { margin-to-next: 1 }
    camera: ${JSON.stringify(CAMERAS[camera](pictures))}
`;

const CAMERAS: Readonly<Record<CameraDriver, (pictures: string) => object>> = {
  replay: (path) => ({ driver: 'replay', path, 'frames-per-second': FRAMES_PER_SECOND }),
  'libcamera-files': (id) => ({ driver: 'libcamera-files', id, ...FRAME, 'frames-per-second': FRAMES_PER_SECOND }),
};

export interface GateUnderWatchParts {
  /** It is there and empty. */
  readonly folder: string;
  readonly pictures: string;
  readonly preview: Preview;
  readonly camera: CameraDriver;
  readonly models: ModelsFile;
}

/** Everything that one gate may write, in one folder: data, key, log, and what libraries put aside. */
export class GateUnderWatch {
  readonly folder: string;
  readonly configFile: string;
  readonly tokenFile: string;
  readonly config: TerminalConfig;

  constructor(parts: GateUnderWatchParts) {
    const { folder, models } = parts;
    this.folder = folder;
    for (const made of ['tmp', 'home']) mkdirSync(join(folder, made));
    this.configFile = join(folder, 'gate.yaml');
    this.tokenFile = join(folder, 'token');
    writeFileSync(this.configFile, gateFile(parts));
    renewTokenFile(this.tokenFile)[Symbol.dispose]();
    this.config = readConfig({ file: this.configFile, simulated: true, folder }, models);
  }

  get token(): string {
    return readFileSync(this.tokenFile, 'utf8').trim();
  }

  get temporary(): string {
    return join(this.folder, 'tmp');
  }

  /** The service, as it is shipped. @param preloaded a module that only a control run has, put before it */
  start({ through, preloaded }: { through: readonly string[]; preloaded?: URL }): ServiceRun {
    const log = openSync(join(this.folder, 'gate.log'), 'a');
    const home = join(this.folder, 'home');
    const env = {
      TMPDIR: this.temporary,
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'share'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      NODE_COMPILE_CACHE: join(this.folder, 'compile-cache'),
      ...(preloaded === undefined ? {} : { NODE_OPTIONS: `--import=${preloaded.href}` }),
    };
    const { configFile: config, tokenFile } = this;
    const run = new ServiceRun({ config, tokenFile, through, env, cwd: this.folder, log });
    closeSync(log);
    return run;
  }
}
