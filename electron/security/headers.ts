/**
 * Features a page could ask for, by their policy names: all refused but the camera, which the scan dialog of our own page needs,
 * and writing text to the clipboard, which "copy" needs (the permission handler allows both to the page alone).
 * Names the trial runtime does not know are left out: it would complain on the console about each.
 */
const refusedFeatures = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'clipboard-read',
  'cross-origin-isolated',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'sync-xhr',
  'usb',
  'window-management',
  'xr-spatial-tracking',
] as const;

const ownFeatures = ['camera', 'clipboard-write'] as const;

export const permissionsPolicy = [...refusedFeatures.map((name) => `${name}=()`), ...ownFeatures.map((name) => `${name}=(self)`)].join(', ');

/** Hardening row 7. */
export const companionHeaders: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'permissions-policy': permissionsPolicy,
};
