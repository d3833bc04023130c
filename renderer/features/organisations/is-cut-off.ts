/** Labels of what is public and brought as text: a card of Keyshift, certificates, revocation lists. */
type Label = 'KEYSHIFT CARD' | 'CERTIFICATE' | 'X509 CRL';

/** Whether a text with lines of dashes around it lacks the first one or the last: then it was not copied whole. What is in between is judged where it is used. */
export function isCutOff(text: string, labels: readonly Label[]): boolean {
  const begun = labels.filter((label) => text.includes(`-----BEGIN ${label}-----`));
  return begun.length === 0 || begun.some((label) => text.lastIndexOf(`-----END ${label}-----`) < text.lastIndexOf(`-----BEGIN ${label}-----`));
}
