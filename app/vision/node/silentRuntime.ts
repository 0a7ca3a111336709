/**
 * Keeps the model runtime from telling its maker anything. Since 1.29 onnxruntime-node for Linux has telemetry compiled
 * in, on by default: with the first session it writes a device id and a database of events below ~/.cache and tries to
 * send them. A gate says nothing to anybody, so this must run on the main thread before the first session of the process;
 * a worker's `process.env` is a copy, which the runtime does not read.
 */
export function silenceRuntime(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
