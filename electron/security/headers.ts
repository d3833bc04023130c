/**
 * Features a page could ask for, by their policy names: all that the running Chromium knows are refused but the camera, which the scan dialog of our own page needs,
 * and writing text to the clipboard, which "copy" needs (the permission handler allows both to the page alone). Chromium complains on the console about each name it
 * does not know, so they stand by the version that was asked for its own (`document.featurePolicy.features()`): what came between two of these
 * versions is refused from the later one.
 */
const refusedSince: Readonly<Record<number, string>> = {
  130: `
    accelerometer attribution-reporting autoplay browsing-topics ch-device-memory ch-downlink ch-dpr ch-ect ch-prefers-color-scheme
    ch-prefers-reduced-motion ch-prefers-reduced-transparency ch-rtt ch-save-data ch-ua ch-ua-arch ch-ua-bitness ch-ua-form-factors ch-ua-full-version
    ch-ua-full-version-list ch-ua-mobile ch-ua-model ch-ua-platform ch-ua-platform-version ch-ua-wow64 ch-viewport-height ch-viewport-width ch-width
    clipboard-read compute-pressure cross-origin-isolated display-capture encrypted-media fullscreen gamepad geolocation gyroscope hid
    identity-credentials-get idle-detection interest-cohort join-ad-interest-group keyboard-map local-fonts magnetometer microphone midi
    otp-credentials payment picture-in-picture private-aggregation private-state-token-issuance private-state-token-redemption
    publickey-credentials-create publickey-credentials-get run-ad-auction screen-wake-lock serial shared-storage shared-storage-select-url
    storage-access sync-xhr unload usb window-management xr-spatial-tracking
  `,
  150: `
    aria-notify captured-surface-control ch-ua-high-entropy-values deferred-fetch deferred-fetch-minimal digital-credentials-get language-detector
    language-model local-network local-network-access loopback-network on-device-speech-recognition summarizer translator
  `,
};

/** Known where it is not held back by a flag, as on Linux. */
const refusedElsewhere = 'bluetooth';

const ownFeatures = ['camera', 'clipboard-write'] as const;

const wordsOf = (names: string): readonly string[] => names.trim().split(/\s+/u);

/** For this version of Chromium on this platform. */
export function permissionsPolicyOf(chrome: string, platform: NodeJS.Platform): string {
  const version = Number.parseInt(chrome, 10);
  const refused = Object.entries(refusedSince).flatMap(([since, names]) => (version >= Number(since) ? wordsOf(names) : []));
  const there = platform === 'linux' ? [] : [refusedElsewhere];
  return [...refused, ...there].map((name) => `${name}=()`).concat(ownFeatures.map((name) => `${name}=(self)`)).join(', ');
}

/** Hardening row 7. */
export const companionHeadersOf = (chrome: string, platform: NodeJS.Platform): Readonly<Record<string, string>> => ({
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'permissions-policy': permissionsPolicyOf(chrome, platform),
});

/** Of what runs; outside of Electron, in tests, of the oldest there is. */
export const companionHeaders = companionHeadersOf(process.versions['chrome'] ?? '130', process.platform);
