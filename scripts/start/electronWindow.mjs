// Runs in Electron: shows one address over the whole screen and remembers nothing of it. Usage: electron electronWindow.mjs
// ADDRESS, with a standard input that lasts as long as the window is to.
import { app, BrowserWindow, session } from 'electron';

/** Not `persist:`, so it is in memory alone. */
const PARTITION = 'picture';
const address = process.argv.at(-1);

app.on('window-all-closed', () => app.quit());
process.stdin.once('end', () => app.quit()).resume();

// Not awaited: the application becomes ready only once this module has run to its end.
app
  .whenReady()
  .then(() => {
    session.fromPartition(PARTITION).setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
    const window = new BrowserWindow({
      kiosk: true,
      autoHideMenuBar: true,
      webPreferences: { partition: PARTITION, sandbox: true, contextIsolation: true, spellcheck: false },
    });
    window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
    return window.loadURL(address);
  })
  .catch(() => app.exit(1));
