import { render } from 'preact';
import type { SimulatorView } from '../contract/simulator.ts';
import { Simulator } from './Simulator.tsx';
import { SimulatorLine } from './simulatorLine.ts';
import './style.css';

const SOCKET_PATH = '/simulator/socket';

function startSimulator(root: HTMLElement): void {
  const line = new SimulatorLine(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${SOCKET_PATH}`);
  const show = (view: SimulatorView | undefined): void => {
    render(<Simulator view={view} send={(command) => line.send(command)} />, root);
  };
  show(undefined);
  line.open(show);
}

const root = document.getElementById('simulator');
if (root !== null) startSimulator(root);
