/** One request on a device, from its submission to its end, as a span of the trace. */
import { withSpan } from '@fathom/platform/telemetry/tracing';
import type { DeviceEnd, EngineDevice } from '../engine/engine-device.ts';
import type { EngineRequest, EngineToken } from '../engine/protocol.ts';

export interface DecodeOnDeviceOptions {
  readonly device: EngineDevice;
  readonly request: EngineRequest;
  readonly modelVersionId: string;
  /** Cancels it on the device. */
  readonly signal: AbortSignal;
  readonly onAdmitted: () => void;
  /** Not called any more once the signal has aborted. */
  readonly onToken: (token: EngineToken) => void;
}

export async function decodeOnDevice(options: DecodeOnDeviceOptions): Promise<DeviceEnd> {
  const { device, request, modelVersionId, signal, onAdmitted, onToken } = options;
  const attributes = { 'fathom.device.id': device.id, 'fathom.model.version': modelVersionId };
  return withSpan('engine.decode', attributes, async (span) => {
    const cancel = (): void => device.cancel(request.id);
    const ended = new Promise<DeviceEnd>((resolve) => {
      device.submit(request, {
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
