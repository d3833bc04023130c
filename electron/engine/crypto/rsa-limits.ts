export const rsaExponent = 65537n;
/** Accepted moduli in bits; own keys have the smaller. */
export const rsaBits = { least: 3072, most: 4096 };
