import { cardTechnology, type CredentialTechnology } from '#core/access/credentialStrength.ts';
import type { AccessPointConfig, TerminalConfig } from '#core/config/terminalConfig.ts';
import type { CardFormat } from '#core/access/cardFormat.ts';

/** What somebody may show at this gate, by what it takes to imitate it. A PIN may be typed at any access point. */
export function credentialsUsed(config: TerminalConfig): ReadonlySet<CredentialTechnology> {
  const used = new Set<CredentialTechnology>(['pin']);
  for (const accessPoint of config.accessPoints) {
    if (accessPoint.camera.driver !== 'none') used.add('face');
    const isAtScreen = accessPoint.id === config.kiosk.accessPoint;
    if (isAtScreen && accessPoint.camera.driver !== 'none' && config.passes.issuers.length > 0) used.add('pass');
    for (const technology of cardsAt(accessPoint, config)) used.add(technology);
  }
  return used;
}

function cardsAt(
  { reader }: AccessPointConfig,
  { osdpLines, serialReaders, keyboardReaders }: TerminalConfig,
): readonly CredentialTechnology[] {
  if (reader.driver !== 'named') return [];
  const onOsdp = osdpLines.flatMap(({ readers }) => readers).find(({ id }) => id === reader.name);
  if (onOsdp !== undefined) return technologiesOf(onOsdp.formats, true);
  // Whatever format its number is in, it can be typed by anybody who knows it.
  if (keyboardReaders.some(({ id }) => id === reader.name)) return ['card-serial-number'];
  const serial = serialReaders.find(({ id }) => id === reader.name);
  if (serial === undefined) return [];
  return serial.driver === 'wiegand' ? technologiesOf(serial.formats, false) : ['card-serial-number'];
}

const technologiesOf = (formats: readonly CardFormat[], overSecureChannel: boolean): readonly CredentialTechnology[] =>
  formats.map(({ name }) => cardTechnology(name, overSecureChannel));
