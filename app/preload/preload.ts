import { contextBridge, ipcRenderer } from 'electron';
import { KioskView } from '../contract/kioskView.ts';
import { CONNECT_CHANNEL, PORT_CHANNEL } from '../contract/screenPort.ts';
import { SimulatorView } from '../contract/simulator.ts';
import { ScreenBridge, type ReadView } from './screenBridge.ts';

const readKioskView: ReadView<KioskView> = (crossed) => {
  const parsed = KioskView.safeParse(crossed);
  return parsed.success ? parsed.data : undefined;
};
const readSimulatorView: ReadView<SimulatorView> = (crossed) => {
  const parsed = SimulatorView.safeParse(crossed);
  return parsed.success ? parsed.data : undefined;
};

/** Gives the page its two functions and nothing else. */
function expose<View>(bridge: ScreenBridge<View>): void {
  contextBridge.exposeInMainWorld('lintel', {
    subscribe: bridge.subscribe.bind(bridge),
    send: bridge.send.bind(bridge),
  });
  ipcRenderer.on(PORT_CHANNEL, ({ ports: [port] }) => port !== undefined && bridge.connect(port));
  ipcRenderer.send(CONNECT_CHANNEL);
}

if (location.hostname === 'simulator') expose(new ScreenBridge(readSimulatorView));
else expose(new ScreenBridge(readKioskView));
