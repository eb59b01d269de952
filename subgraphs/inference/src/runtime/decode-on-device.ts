/** One request on a device, from its submission to its end, as a span of the trace. */
import { withSpan } from '@fathom/platform/telemetry/tracing';
import type { EngineRequest, EngineToken } from '../engine/protocol.ts';
import type { DeviceEnd } from '../engine/request-in-flight.ts';
import type { EnginePool } from '../pool/engine-pool.ts';

export interface DecodeOnDeviceOptions {
  readonly pool: EnginePool;
  readonly request: EngineRequest;
  readonly modelVersionId: string;
  /** Cancels it on the device. */
  readonly signal: AbortSignal;
  /** It has a device; nothing of it has come yet. Again when it moved to another. */
  readonly onPlaced: (deviceId: string) => void;
  readonly onAdmitted: () => void;
  /** Not called any more once the signal has aborted. */
  readonly onToken: (token: EngineToken) => void;
}

export async function decodeOnDevice(options: DecodeOnDeviceOptions): Promise<DeviceEnd> {
  const { pool, request, modelVersionId, signal, onPlaced, onAdmitted, onToken } = options;
  const attributes = { 'fathom.model.version': modelVersionId };
  return withSpan('engine.decode', attributes, async (span) => {
    const cancel = (): void => pool.cancel(request.id);
    const ended = new Promise<DeviceEnd>((resolve) => {
      pool.submit(request, {
        placed(deviceId) {
          span.setAttribute('fathom.device.id', deviceId);
          onPlaced(deviceId);
        },
        admitted() {
          span.addEvent('admitted');
          onAdmitted();
        },
        token(token) {
          if (!signal.aborted) onToken(token);
        },
        ended: resolve,
      });
    });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const end = await ended;
      span.setAttribute('fathom.engine.device_ms', end.deviceMs);
      return end;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  });
}
