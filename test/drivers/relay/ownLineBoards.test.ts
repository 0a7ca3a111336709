import { ownLineRig } from './answeringRigs.ts';
import { describeRelayBoard } from './relayBoardContract.ts';

describeRelayBoard('KMTronic with two channels, over a serial line', () => ownLineRig('kmtronic', 2));
describeRelayBoard('KMTronic with eight channels, over a serial line', () => ownLineRig('kmtronic', 8));
describeRelayBoard('Numato with two channels, over a serial line', () => ownLineRig('numato', 2));
describeRelayBoard('Numato with sixteen channels, over a serial line', () => ownLineRig('numato', 16));
