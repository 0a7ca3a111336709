import { Icon, type IconName } from './Icon.tsx';

export interface ButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
}

/** The one button of the kiosk: whatever it does, it is as large and as plain as the one beside it. */
export function Button({ icon, label, onPress }: ButtonProps) {
  return (
    <button type="button" class="button" onClick={onPress}>
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}
