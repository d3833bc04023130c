import type { Client } from '../../bridge/client';

export type CameraFault = 'refused' | 'none' | 'in-use' | 'broken' | 'nothing-seen';

/**
 * Asks the main process for the moment in which the page may ask for the camera, then asks for it; the moment is over when it
 * was given or refused. Pictures only, never sound.
 */
export async function openCamera(client: Client): Promise<MediaStream | CameraFault> {
  const { allowed } = await client.contacts.useCamera({ on: true });
  if (!allowed) return 'refused';
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false });
  } catch (thrown) {
    return faultOf(thrown);
  } finally {
    // Should the vault have locked meanwhile, it is over by that.
    await client.contacts.useCamera({ on: false }).catch(() => undefined);
  }
}

function faultOf(thrown: unknown): CameraFault {
  const name = thrown instanceof DOMException ? thrown.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return name === 'NotReadableError' ? 'in-use' : 'broken';
}
